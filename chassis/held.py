"""What could not be applied is set aside with its original bytes and coordinates; nothing is thrown away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from chassis import originals
from chassis.database import Transaction, columns
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Raw
from chassis.place import digest
from chassis.vault import Vault
from contracts.catalogue import BY_NAME, Topic
from contracts.codes import HoldReason

BEHIND = "an earlier telling of this subject is held"

UNNAMED = UUID("0197a3f0-5a1e-7c44-9d2b-6f0c3a8e51d7")


@dataclass(frozen=True, slots=True)
class Held:
    """One value set aside. `complaint` names places and rules, never values. `again`: it was held before, under the same id."""

    reason: HoldReason
    complaint: str
    topic: Topic
    coordinates: Coordinates
    occasion: Occasion
    raw: Raw
    subject: str | None = None
    version: int | None = None
    held_id: UUID = UNNAMED
    again: bool = False

    def __post_init__(self) -> None:
        """What was not held before gets its id."""
        if self.held_id == UNNAMED:
            object.__setattr__(self, "held_id", held_id_of(self.coordinates, self.raw.value))


def held_id_of(at: Coordinates, value: bytes | None) -> UUID:
    """The same for the same value at the same place, so that whoever hears it again after a restore holds and counts it once."""
    return uuid5(UNNAMED, f"{at.topic}/{at.partition}/{at.offset}/{digest(value).hex()}")


# The same value at the same place, heard again, is held already, for the reason that it was held for first.
KEEP = """
insert into held (held_id, topic, partition, "offset", reason, complaint, subject, version, original, held_at)
select * from unnest(
    $1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bytea[], $10::timestamptz[]
)
on conflict (held_id) do nothing
"""

# What is put back stays where it was; an order on it stays too, until it is answered.
PUT_BACK = """
update held set reason = back.reason, complaint = back.complaint,
    subject = coalesce(back.subject, held.subject), version = coalesce(back.version, held.version)
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[]) as back (held_id, reason, complaint, subject, version)
where held.held_id = back.held_id
"""

DATE = "update held set kept_at = $1 where kept_at = now()"

FORGET = "delete from held where held_id = any($1::uuid[])"

# Where no order is kept no version shows that one of an unknown type is missing; there alone such a row has a subject and no version.
STANDING = """
select topic, subject, bool_or(reason in ('poison', 'after-poison') or (reason = 'unknown-type' and version is null)) as first
from held join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
group by topic, subject
"""


async def keep(tx: Transaction, vault: Vault | None, held: Sequence[Held]) -> None:
    """Put them aside, in the transaction that moves the place past them."""
    new, back = ([each for each in held if each.again is again] for again in (False, True))
    if new:
        rows = [
            (
                each.held_id, each.coordinates.topic, each.coordinates.partition, each.coordinates.offset, each.reason, each.complaint,
                originals.subject_of(vault, each.topic, each.subject), each.version,
                originals.keep(vault, each.topic, each.coordinates, each.raw), each.occasion.at,
            )
            for each in new
        ]  # fmt: skip
        await tx.execute(KEEP, *columns(rows, 10))
    if back:
        told = [
            (each.held_id, each.reason, each.complaint, originals.subject_of(vault, each.topic, each.subject), each.version)
            for each in back
        ]  # fmt: skip
        await tx.execute(PUT_BACK, *columns(told, 5))


async def date(tx: Transaction, at: datetime) -> None:
    """What was set aside in this transaction came then: heard again long after, it is no sign of trouble now."""
    await tx.execute(DATE, at)


async def forget(tx: Transaction, held_ids: Iterable[UUID]) -> None:
    """They were taken up: nothing is held of them any more."""
    if gone := sorted(held_ids):
        await tx.execute(FORGET, gone)


async def standing(tx: Transaction, vault: Vault | None, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bool]:
    """Of which (topic, subject) something is held, and whether later tellings must not overtake it."""
    asked = {(topic, originals.subject_of(vault, BY_NAME[topic], subject)): (topic, subject) for topic, subject in subjects}
    rows = await tx.fetch(STANDING, *columns(sorted(asked), 2)) if asked else []
    return {asked[row["topic"], row["subject"]]: row["first"] for row in rows}
