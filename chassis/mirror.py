"""What an owner's compacted topics hold last of each subject, beside what it last said about it: told again, or strange (pure)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.occasion import Coordinates
from contracts.catalogue import BY_NAME, Topic, owned_by
from contracts.envelope import Envelope
from contracts.wire import UnreadableError, decode

NEVER_SAID = "a key that was never said here: somebody else wrote it, or the database is older than the topic"
NEWER = "a higher version than was ever said here: somebody else wrote it, or the database is older than the topic"
OTHER = "the last version with other content than was said here: the past of the database or of the topic was changed"
UNREADABLE = "what Kafka's client cannot unpack: somebody else wrote it, or it was damaged on the broker's disk"
TWICE = "a key that lies on two partitions: their number was changed, or somebody else wrote it"

TopicKey = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Latest:
    """The last telling about one subject. `waits` is true while it is in the outbox; `payload` is the message value.

    `highest` is the version after which the next one is numbered: its own, or one that was put down as told by whomever.
    """

    topic: str
    key: str
    version: int
    content_hash: bytes
    payload: bytes
    traceparent: str | None
    waits: bool
    highest: int

    @property
    def topic_key(self) -> TopicKey:
        return (self.topic, self.key.encode())


@dataclass(frozen=True, slots=True)
class Found:
    """The last value of one key on one partition; or a place where something lies that cannot be unpacked."""

    at: Coordinates
    key: bytes | None
    value: bytes | None
    unreadable: bool = False

    @property
    def topic_key(self) -> TopicKey:
        return (self.at.topic, self.key)


@dataclass(frozen=True, slots=True)
class Strange:
    """What only somebody else can have said, or this owner before its database became older. It is never overwritten.

    `key` is what it lies under, and `version` the version that it claims, 0 if none.
    """

    at: Coordinates
    why: str
    key: TopicKey
    version: int = 0

    def __str__(self) -> str:
        return f"{self.at.topic}/{self.at.partition}/{self.at.offset} holds {self.why}"


@dataclass(frozen=True, slots=True)
class Reflection:
    """What came of the comparison. `agreeing` counts subjects; those that wait in the outbox, or were told meanwhile, are not counted."""

    agreeing: int = 0
    again: Sequence[Latest] = field(default=())
    strange: Sequence[Strange] = field(default=())


def mirrored(service: str) -> tuple[Topic, ...]:
    """The topics that a service reads back: its own compacted ones, where `said` keeps what was told on them."""
    return tuple(topic for topic in owned_by(service) if topic.family.compacted and not topic.family.personal)


def reflect(
    said: Iterable[Latest], found: Iterable[Found], told_since: Container[TopicKey] = (), before: Iterable[Strange] = ()
) -> Reflection:
    """Compare. What differs or is missing is to be told again, unless it is strange, or was told since the topics began to be read.

    An empty value is what an operator leaves who erases a key that is strange: nothing lies there any more. What was strange `before` is
    so until then, or until a higher version was said: whoever has read it takes no lower one.
    """
    lying: dict[TopicKey, list[Found]] = {}
    unreadable: list[Strange] = []
    for value in found:
        if value.unreadable:
            unreadable.append(Strange(value.at, UNREADABLE, value.topic_key))
        elif value.value is not None:
            lying.setdefault(value.topic_key, []).append(value)
    latest = {each.topic_key: each for each in said}
    strange = {each.key: each for each in before if _lies_on(lying, each) and _version(latest.get(each.key)) < each.version}
    strange |= {key: each for key, values in lying.items() if (each := _strange(latest.get(key), values)) is not None}
    settled = [each for key, each in latest.items() if key not in strange and key not in told_since and not each.waits]
    again = [each for each in settled if not _holds(lying, each)]
    return Reflection(len(settled) - len(again), again, [*strange.values(), *unreadable])


def _lies_on(lying: Mapping[TopicKey, Sequence[Found]], before: Strange) -> bool:
    """Whether anything lies under its key where it lay."""
    return any(each.at.partition == before.at.partition for each in lying.get(before.key, ()))


def _strange(said: Latest | None, values: Sequence[Found]) -> Strange | None:
    last, told = values[-1], _told(values[-1])
    why = NEVER_SAID if said is None else TWICE if len(values) > 1 else _strangeness(said, told)
    return None if why is None else Strange(last.at, why, last.topic_key, _version(told))


def _told(value: Found) -> Envelope[Any] | None:
    try:
        return decode(BY_NAME[value.at.topic], value.value)
    except UnreadableError:
        return None


def _version(told: Latest | Envelope[Any] | None) -> int:
    return 0 if told is None else told.version or 0


def _strangeness(said: Latest, told: Envelope[Any] | None) -> str | None:
    if told is None or _says_the_same(said, told):
        return None
    if _version(told) > said.version:
        return NEWER
    return OTHER if told.version == said.version and told.content_hash != said.content_hash else None


def _says_the_same(said: Latest, told: Envelope[Any]) -> bool:
    """Under a higher version, after which the next is numbered: the figure moved since the backup, and back again."""
    return said.version < _version(told) <= said.highest and told.data_hash == decode(BY_NAME[said.topic], said.payload).data_hash


def _holds(lying: Mapping[TopicKey, Sequence[Found]], said: Latest) -> bool:
    """Whether the topic holds what was said, exactly or anew; an empty or unreadable value is not it."""
    values = lying.get(said.topic_key, ())
    if [value.value for value in values] == [said.payload]:
        return True
    return any((told := _told(value)) is not None and _says_the_same(said, told) for value in values)
