"""Tellings that came before one they must follow: kept in `held` as they were, taken up again when the gap closes."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from asyncpg import Record

from chassis import originals
from chassis.candidate import Candidate, OccasionOf, read_value
from chassis.database import Transaction, columns
from chassis.held import Held
from chassis.occasion import Coordinates
from chassis.seen import Subject
from chassis.vault import Vault
from contracts.catalogue import BY_NAME

READ = """
select held.held_id, held.topic, held.partition, held."offset", held.original, held.ordered is not null as ordered from held
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where held.reason = 'gap'
for update of held
"""


async def read(tx: Transaction, vault: Vault | None, subjects: Iterable[Subject], occasion: OccasionOf) -> list[Candidate]:
    """What waits for a gap to close, of those subjects; what an order is about is known, and waits for that.

    What nobody can open or read any more stays where it is, and stops no other.
    """
    asked = sorted(set(subjects))
    rows = await tx.fetch(READ, *columns(asked, 2)) if asked else []
    taken: list[Candidate] = []
    for row in rows:
        with suppress(ValueError):
            read = take_up(row, vault, occasion)
            if isinstance(read, Candidate):
                taken.append(replace(read, stored=True, asked_about=row["ordered"]))
    return taken


def take_up(row: Record, vault: Vault | None, occasion: OccasionOf) -> Candidate | Held:
    """What a row of `held` holds, read as if it came now.

    Raises:
        ValueError: it was sealed under other keys, changed, or moved there from another row, or is of a topic of a newer release.
    """
    at = Coordinates(row["topic"], row["partition"], row["offset"])
    if at.topic not in BY_NAME:
        message = f"this release knows no topic {at.topic}"
        raise ValueError(message)
    read = read_value(BY_NAME[at.topic], originals.take_up(vault, at, row["original"]), at, occasion)
    if isinstance(read, Held):
        return replace(read, held_id=row["held_id"], again=True)
    return replace(read, received=replace(read.received, held_id=row["held_id"]))
