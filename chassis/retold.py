"""What lies on our own topics and is not in `said`: read as facts, and put back as it was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from chassis.database import Transaction, columns
from chassis.not_yet import CannotRecallError, NotYetError
from chassis.occasion import Coordinates, Occasion, Received
from chassis.own_ends import Told
from contracts.catalogue import BY_NAME
from contracts.wire import UnreadableError, decode

KEEP = """
insert into said (id, topic, key, subject, version, content_hash, payload, traceparent, said_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::bytea[], $8::text[], $9::timestamptz[])
"""

TAKEN = """
select exists (
    select from said
    join unnest($1::text[], $2::text[], $3::int[]) as told (topic, subject, version) using (topic, subject, version)
)
"""
NOT_NEXT = """
select topic, subject from unnest($1::text[], $2::text[], $3::int[]) as told (topic, subject, version)
where version <> 1 + coalesce(
    (select max(version) from said where (said.topic, said.subject) = (told.topic, told.subject)), 0
) limit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold(Received[Any]):
    """A telling of ours as it lies on our topic. `value` is the message: another release may have written it otherwise than this one."""

    value: bytes | None


Facts: TypeAlias = Sequence[Retold]


def read(told: Iterable[Told], prefix: str) -> list[Retold]:
    """Each once, whatever a late writer doubled.

    Raises:
        CannotRecallError: a value is of a type that this release does not know.
    """
    found = {(each.envelope.id): each for each in (_received(value, prefix) for value in told)}
    return list(found.values())


def _received(told: Told, prefix: str) -> Retold:
    at = Coordinates(told.partition.topic.removeprefix(prefix), told.partition.partition, told.offset)
    try:
        return as_told(at, told.value)
    except UnreadableError as error:
        message = f"{at.topic}/{at.partition}/{at.offset}: {error}; start the release that told it"
        raise CannotRecallError(message) from None


def as_told(at: Coordinates, value: bytes | None) -> Retold:
    """One value.

    Raises:
        UnreadableError: as `decode` does.
    """
    envelope = decode(BY_NAME[at.topic], value)
    occasion = Occasion(envelope.recordedtime or envelope.time, envelope.causationid, envelope.correlationid, envelope.traceparent)
    return Retold(envelope.data, envelope, BY_NAME[at.topic], at, occasion, value=value)


async def check(tx: Transaction, facts: Facts) -> None:
    """Make sure that these versions are still free.

    Raises:
        CannotRecallError: one of them was told otherwise since the restore.
    """
    if await tx.fetchval(TAKEN, *columns([_version(each) for each in facts], 3)):
        message = "the database has told a version otherwise since it was restored: stop the service, restore it again, start it"
        raise CannotRecallError(message)


async def in_turn(tx: Transaction, facts: Facts) -> None:
    """Make sure that each of their subjects has been told up to just before them.

    Raises:
        NotYetError: an earlier version has to be recalled, or decided anew, first; it says of which one.
    """
    first: dict[tuple[str, str], int] = {}
    for topic, subject, version in sorted(map(_version, facts)):
        first.setdefault((topic, subject), version)
    lacking = await tx.fetchrow(NOT_NEXT, *columns([(*subject, version) for subject, version in first.items()], 3))
    if lacking is not None:
        raise NotYetError((lacking["topic"], lacking["subject"]))


async def keep(tx: Transaction, facts: Facts) -> None:
    """Put them back into `said`: versions go on from there, and facts can be told again byte-equal."""
    await tx.execute(KEEP, *columns([_row(each) for each in facts], 9))


def _row(each: Retold) -> tuple[Any, ...]:
    envelope = each.envelope
    payload = None if each.topic.family.personal else each.value
    return (
        envelope.id, each.topic.name, envelope.subject, envelope.subject, envelope.version, envelope.content_hash, payload,
        envelope.traceparent, envelope.recordedtime or envelope.time,
    )  # fmt: skip


def subject_of(each: Received[Any]) -> tuple[str, str]:
    return each.topic.name, each.envelope.subject


def version_of(each: Received[Any]) -> int:
    return each.envelope.version or 0


def _version(each: Received[Any]) -> tuple[str, str, int]:
    return *subject_of(each), version_of(each)
