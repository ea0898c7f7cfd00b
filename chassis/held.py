"""What could not be applied is set aside with its original bytes and coordinates; nothing is thrown away."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.database import Transaction, columns
from chassis.occasion import Coordinates, Occasion
from contracts.catalogue import Topic
from contracts.codes import HoldReason


class Raw(Protocol):
    """A value as the broker gave it, with its coordinates: aiokafka's record, or one taken up again from `held`."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


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
insert into held (topic, partition, "offset", reason, complaint, subject, version, key, value, headers, held_at)
select topic, partition, "offset", reason, complaint, subject, version, key, value, headers::jsonb, held_at
from unnest(
    $1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bytea[], $9::bytea[], $10::text[],
    $11::timestamptz[]
) as aside (topic, partition, "offset", reason, complaint, subject, version, key, value, headers, held_at)
"""

WAITING = """
select held.topic, held.subject from held
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where held.reason in ('poison', 'after-poison')
"""


def headers_of(raw: Raw) -> str:
    """Headers as JSON can hold them: name and value in base64, because jsonb refuses a NUL that Kafka allows; null stays null."""
    return json.dumps([[_text(name.encode()), None if value is None else _text(value)] for name, value in raw.headers])


def _text(value: bytes) -> str:
    return b64encode(value).decode()


def original_headers(kept: Iterable[Sequence[str | None]]) -> tuple[tuple[str, bytes | None], ...]:
    """The headers as they came, from what `headers_of` kept."""
    return tuple((b64decode(str(name)).decode(), None if value is None else b64decode(value)) for name, value in kept)


async def keep(tx: Transaction, held: Sequence[Held]) -> None:
    """Put them aside, in the transaction that moves the place past them."""
    if held:
        rows = [
            (
                each.coordinates.topic, each.coordinates.partition, each.coordinates.offset, each.reason, each.complaint, each.subject,
                each.version, each.raw.key, each.raw.value, headers_of(each.raw), each.occasion.at,
            )
            for each in held
        ]  # fmt: skip
        await tx.execute(KEEP, *columns(rows, 11))


async def waiting(tx: Transaction, subjects: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which (topic, subject) have something held that later tellings must not overtake."""
    asked = sorted(set(subjects))
    return {(row["topic"], row["subject"]) for row in await tx.fetch(WAITING, *columns(asked, 2))} if asked else set()
