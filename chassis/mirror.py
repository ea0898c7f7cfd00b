"""What an owner's compacted topics hold last of each subject, beside what it last said about it: told again, or strange (pure)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chassis.occasion import Coordinates
from contracts.catalogue import BY_NAME, Topic, owned_by
from contracts.wire import UnreadableError, decode

NEVER_SAID = "a key that was never said here: somebody else wrote it, or the database is older than the topic"
NEWER = "a higher version than was ever said here: the database is older than the topic"
OTHER = "the last version with other content than was said here: the past of the database or of the topic was changed"
UNREADABLE = "what Kafka's client cannot unpack: somebody else wrote it, or it was damaged on the broker's disk"
TWICE = "a key that lies on two partitions: their number was changed, or somebody else wrote it"

TopicKey = tuple[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Latest:
    """The last telling about one subject. `waits` is true while it is in the outbox; `payload` is the message value."""

    topic: str
    key: str
    version: int
    content_hash: bytes
    payload: bytes
    traceparent: str | None
    waits: bool

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
    """What only somebody else can have said, or this owner before its database became older. It is never overwritten."""

    at: Coordinates
    why: str

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


def reflect(said: Iterable[Latest], found: Iterable[Found], told_since: Container[TopicKey] = ()) -> Reflection:
    """Compare. What differs or is missing is to be told again, unless it is strange, or was told since the topics began to be read.

    An empty value is what an operator leaves who erases a key that is strange: nothing lies there any more.
    """
    lying: dict[TopicKey, list[Found]] = {}
    unreadable: list[Strange] = []
    for value in found:
        if value.unreadable:
            unreadable.append(Strange(value.at, UNREADABLE))
        elif value.value is not None:
            lying.setdefault(value.topic_key, []).append(value)
    latest = {each.topic_key: each for each in said}
    strange = {key: why for key, values in lying.items() if (why := _strangeness(latest.get(key), values)) is not None}
    settled = [each for key, each in latest.items() if key not in strange and key not in told_since and not each.waits]
    again = [each for each in settled if not _holds(lying, each)]
    return Reflection(len(settled) - len(again), again, [*unreadable, *(Strange(lying[key][-1].at, why) for key, why in strange.items())])


def _strangeness(said: Latest | None, values: Sequence[Found]) -> str | None:
    if said is None:
        return NEVER_SAID
    if len(values) > 1:
        return TWICE
    try:
        told = decode(BY_NAME[said.topic], values[0].value)
    except UnreadableError:
        return None
    if (told.version or 0) > said.version:
        return NEWER
    return OTHER if told.version == said.version and told.content_hash != said.content_hash else None


def _holds(lying: Mapping[TopicKey, Sequence[Found]], said: Latest) -> bool:
    """Whether the topic holds exactly what was said; an empty or unreadable value is not it."""
    return [value.value for value in lying.get(said.topic_key, ())] == [said.payload]
