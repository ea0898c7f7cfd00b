"""What lies on our own topics and is not in `said`: read as facts, and put back as it was told."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import asyncpg

from chassis.database import Transaction, columns
from chassis.not_yet import NotYetError
from chassis.occasion import Coordinates, Occasion, Received
from chassis.own_ends import Told
from contracts.catalogue import BY_NAME
from contracts.wire import UnreadableError, decode

KEEP = """
insert into said (id, topic, key, subject, version, content_hash, payload, traceparent, said_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::bytea[], $8::text[], $9::timestamptz[])
"""

Facts: TypeAlias = Sequence[Received[Any]]


class CannotRecallError(RuntimeError):
    """What was told cannot be brought together with what is here; the text says what an operator can do."""


def read(told: Iterable[Told], prefix: str) -> list[Received[Any]]:
    """Each once, whatever a late writer doubled.

    Raises:
        CannotRecallError: a value is of a type that this release does not know.
    """
    found = {(each.envelope.id): each for each in (_received(value, prefix) for value in told)}
    return list(found.values())


def _received(told: Told, prefix: str) -> Received[Any]:
    topic = BY_NAME[told.partition.topic.removeprefix(prefix)]
    try:
        envelope = decode(topic, told.value)
    except UnreadableError as error:
        message = f"{topic.name}/{told.partition.partition}/{told.offset}: {error}; start the release that told it"
        raise CannotRecallError(message) from None
    occasion = Occasion(envelope.recordedtime or envelope.time, envelope.causationid, envelope.correlationid, envelope.traceparent)
    return Received(envelope.data, envelope, topic, Coordinates(topic.name, told.partition.partition, told.offset), occasion)


async def keep(tx: Transaction, facts: Facts) -> None:
    """Put them back into `said`: versions go on from there, and facts can be told again byte-equal.

    Raises:
        CannotRecallError: one of these versions was told otherwise since the restore.
    """
    try:
        await tx.execute(KEEP, *columns([_row(each) for each in facts], 9))
    except asyncpg.UniqueViolationError:
        message = "the database has told a version otherwise since it was restored: stop the service, restore it again, start it"
        raise CannotRecallError(message) from None


def _row(each: Received[Any]) -> tuple[Any, ...]:
    envelope = each.envelope
    payload = None if each.topic.family.personal else envelope.to_bytes()
    return (
        envelope.id, each.topic.name, envelope.subject, envelope.subject, envelope.version, envelope.content_hash, payload,
        envelope.traceparent, envelope.recordedtime or envelope.time,
    )  # fmt: skip


class Turns:
    """In which order the versions of each subject are to be recalled."""

    def __init__(self, facts: Facts) -> None:
        self._waiting: dict[tuple[str, str], list[int]] = {}
        for each in sorted(facts, key=_version):
            self._waiting.setdefault(_subject(each), []).append(_version(each))

    def check(self, facts: Facts) -> None:
        """Whether it is their turn.

        Raises:
            NotYetError: an earlier version of the same subject has to be recalled first.
        """
        for subject in {_subject(each) for each in facts}:
            versions = sorted(_version(each) for each in facts if _subject(each) == subject)
            if self._waiting[subject][: len(versions)] != versions:
                raise NotYetError

    def take(self, facts: Facts) -> None:
        """They were recalled."""
        for each in facts:
            self._waiting[_subject(each)].remove(_version(each))


def _subject(each: Received[Any]) -> tuple[str, str]:
    return each.topic.name, each.envelope.subject


def _version(each: Received[Any]) -> int:
    return each.envelope.version or 0
