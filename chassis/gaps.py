"""Tellings that came before one they must follow: kept in `held` as they were, taken up again when the gap closes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chassis.database import Transaction, columns
from chassis.held import original_headers
from chassis.occasion import Coordinates, Occasion
from chassis.seen import Subject
from chassis.sift import Candidate, read_value
from contracts.catalogue import BY_NAME
from contracts.envelope import Envelope
from contracts.fact import Fact

READ = """
select held.topic, held.partition, held."offset", held.key, held.value, held.headers from held
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where held.reason = 'gap'
for update of held
"""

FORGET = """
delete from held using unnest($1::text[], $2::int[], $3::bigint[]) as gone (topic, partition, "offset")
where held.topic = gone.topic and held.partition = gone.partition and held."offset" = gone."offset"
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value taken up again from `held`, as the broker gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


async def read(tx: Transaction, subjects: Iterable[Subject], occasion: Callable[[Envelope[Fact] | None], Occasion]) -> list[Candidate]:
    """What waits for a gap to close, of those subjects."""
    asked = sorted(set(subjects))
    rows = await tx.fetch(READ, *columns(asked, 2)) if asked else []
    found = []
    for row in rows:
        raw = Kept(row["topic"], row["partition"], row["offset"], row["key"], row["value"], original_headers(row["headers"]))
        each = read_value(BY_NAME[raw.topic], raw, Coordinates(raw.topic, raw.partition, raw.offset), occasion)
        if isinstance(each, Candidate):
            found.append(Candidate(each.received, each.raw, stored=True))
    return found


async def forget(tx: Transaction, taken: Sequence[Candidate]) -> None:
    """They were taken up: nothing is held of them any more."""
    if taken:
        rows = [(each.received.coordinates.topic, each.received.coordinates.partition, each.received.coordinates.offset) for each in taken]
        await tx.execute(FORGET, *columns(rows, 3))
