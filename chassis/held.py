"""What could not be applied is set aside with its original bytes and coordinates; nothing is thrown away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chassis import originals
from chassis.database import Transaction, columns
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Raw
from chassis.vault import Vault
from contracts.catalogue import BY_NAME, Topic
from contracts.codes import HoldReason


@dataclass(frozen=True, slots=True)
class Held:
    """One value set aside. `complaint` names places and rules, never values."""

    reason: HoldReason
    complaint: str
    topic: Topic
    coordinates: Coordinates
    occasion: Occasion
    raw: Raw
    subject: str | None = None
    version: int | None = None


KEEP = """
insert into held (topic, partition, "offset", reason, complaint, subject, version, original, held_at)
select * from unnest(
    $1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bytea[], $9::timestamptz[]
)
"""

WAITING = """
select held.topic, held.subject from held
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where held.reason in ('poison', 'after-poison')
"""


async def keep(tx: Transaction, vault: Vault | None, held: Sequence[Held]) -> None:
    """Put them aside, in the transaction that moves the place past them."""
    if held:
        rows = [
            (
                each.coordinates.topic, each.coordinates.partition, each.coordinates.offset, each.reason, each.complaint,
                originals.subject_of(vault, each.topic, each.subject), each.version,
                originals.keep(vault, each.topic, each.coordinates, each.raw), each.occasion.at,
            )
            for each in held
        ]  # fmt: skip
        await tx.execute(KEEP, *columns(rows, 9))


async def waiting(tx: Transaction, vault: Vault | None, subjects: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which (topic, subject) have something held that later tellings must not overtake."""
    asked = {(topic, originals.subject_of(vault, BY_NAME[topic], subject)): (topic, subject) for topic, subject in subjects}
    rows = await tx.fetch(WAITING, *columns(sorted(asked), 2)) if asked else []
    return {asked[row["topic"], row["subject"]] for row in rows}
