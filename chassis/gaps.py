"""Tellings that came before one they must follow: kept in `held` as they were, taken up again when the gap closes."""

from collections.abc import Callable, Iterable, Sequence

from chassis import originals
from chassis.database import Transaction, columns
from chassis.occasion import Coordinates, Occasion
from chassis.seen import Subject
from chassis.sift import Candidate, read_value
from chassis.vault import Vault
from contracts.catalogue import BY_NAME
from contracts.envelope import Envelope
from contracts.fact import Fact

READ = """
select held.topic, held.partition, held."offset", held.original from held
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where held.reason = 'gap'
for update of held
"""

FORGET = """
delete from held using unnest($1::text[], $2::int[], $3::bigint[]) as gone (topic, partition, "offset")
where held.topic = gone.topic and held.partition = gone.partition and held."offset" = gone."offset"
"""


async def read(
    tx: Transaction, vault: Vault | None, subjects: Iterable[Subject], occasion: Callable[[Envelope[Fact] | None], Occasion]
) -> list[Candidate]:
    """What waits for a gap to close, of those subjects."""
    asked = sorted(set(subjects))
    rows = await tx.fetch(READ, *columns(asked, 2)) if asked else []
    found = []
    for row in rows:
        at = Coordinates(row["topic"], row["partition"], row["offset"])
        each = read_value(BY_NAME[at.topic], originals.take_up(vault, at, row["original"]), at, occasion)
        if isinstance(each, Candidate):
            found.append(Candidate(each.received, each.raw, stored=True))
    return found


async def forget(tx: Transaction, taken: Sequence[Candidate]) -> None:
    """They were taken up: nothing is held of them any more."""
    if taken:
        rows = [(each.received.coordinates.topic, each.received.coordinates.partition, each.received.coordinates.offset) for each in taken]
        await tx.execute(FORGET, *columns(rows, 3))
