"""What the service ordered itself and could not take up has failed: it would order it again for ever."""

from contextlib import suppress

import structlog
from asyncpg import Record

from chassis.candidate import Candidate
from chassis.database import Transaction, affected
from chassis.taking_up import TakingUp

# Nothing has changed with it: it was not put back for another reason, and it is behind nothing.
GIVE_UP = """
update held set reason = 'poison', complaint = $3, subject = coalesce(subject, $4), version = coalesce(version, $5)
where held_id = $1 and reason = $2 and not exists (
    select from held as first where first.topic = held.topic and first.subject = held.subject and first.reason = 'poison'
)
"""

log = structlog.get_logger()


async def give_up(tx: Transaction, taking_up: TakingUp, row: Record, complaint: str) -> None:
    """Leave it as poison, with the complaint, for an operator."""
    subject, version = _subject_of(taking_up, row)
    if affected(await tx.execute(GIVE_UP, row["held_id"], row["reason"], complaint, subject, version)):
        log.critical("hopeless", topic=row["topic"], partition=row["partition"], offset=row["offset"], complaint=complaint)


def _subject_of(taking_up: TakingUp, row: Record) -> tuple[str | None, int | None]:
    """As `held` knows it, as far as it can be read."""
    with suppress(ValueError):
        read = taking_up.read(row)
        if isinstance(read, Candidate):
            return taking_up.key(read)[1], read.received.envelope.version
    return None, None
