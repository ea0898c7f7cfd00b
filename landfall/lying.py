"""What lies on a facts topic beside what its owner has said there: which agree, and which are missing, differ or are unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.agreement import starts_of
from chassis.originals import Raw
from chassis.place import digest
from chassis.reading import as_readable
from contracts.catalogue import Topic
from contracts.partitions import partitions_of
from contracts.wire import identify
from landfall.operator_settings import Operator
from landfall.operators import Connection

# Asked before the topic is read: what waits no more was acknowledged, and must lie there.
ACKNOWLEDGED = """
select id, sha256(payload) from said where topic = $1 and payload is not null and not exists (select from outbox where said_id = id)
"""
SAID = "select id, sha256(payload) from said where id = any($1::uuid[])"

Content = tuple[UUID, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lies."""

    partition: TopicPartition
    offset: int

    def __str__(self) -> str:
        return f"{self.partition.topic}/{self.partition.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a topic: where each content of each id lies, and what is no telling or cannot be unpacked.

    `ends` are where each partition ends, with the digest of its last value if that can be read.
    """

    ends: dict[TopicPartition, tuple[int, bytes | None]]
    tellings: dict[Content, Place] = field(default_factory=dict)
    foreign: list[Place] = field(default_factory=list)

    @property
    def ids(self) -> set[UUID]:
        return {each for each, _ in self.tellings}


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides: ids that are missing on the topic, and places on it that hold other content than was said, or what never was."""

    lies: Lying
    agree: int
    missing: Sequence[UUID]
    differ: Sequence[Place]
    unknown: Sequence[Place]

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.differ or self.unknown)


async def lay_beside(connection: Connection, looking: AIOKafkaConsumer, settings: Operator, topic: Topic) -> Beside:
    """Compare, also while the owner tells on.

    Raises:
        KafkaError: the topic could not be read to its end.
    """
    acknowledged = {row[0]: row[1] for row in await connection.fetch(ACKNOWLEDGED, topic.name)}
    lies = await lying(looking, settings, topic)
    since = await connection.fetch(SAID, sorted(lies.ids - acknowledged.keys()))
    said = acknowledged | {row[0]: row[1] for row in since}
    return Beside(
        lies,
        agree=len({each for each, content in lies.tellings if said.get(each) == content}),
        missing=sorted(acknowledged.keys() - lies.ids),
        differ=[place for (each, content), place in lies.tellings.items() if said.get(each, content) not in {content, None}],
        unknown=[*lies.foreign, *[place for (each, _), place in lies.tellings.items() if each not in said]],
    )


async def lying(looking: AIOKafkaConsumer, settings: Operator, topic: Topic) -> Lying:
    """Read a topic from its start to its end."""
    partitions = [TopicPartition(*each) for each in partitions_of([topic], settings.kafka_topic_prefix, embedded=settings.embedded)]
    starts = await starts_of(looking, partitions)
    found = Lying({each: (start, None) for each, start in starts.items()})

    def leave_out(partition: TopicPartition, first: int, following: int) -> None:
        found.ends[partition] = following, None
        found.foreign.append(Place(partition, first))

    async for partition, raws in as_readable(looking, starts, leave_out):
        found.ends[partition] = raws[-1].offset + 1, digest(raws[-1].value)
        for raw in raws:
            _put(found, raw, Place(partition, raw.offset))
    return found


def _put(found: Lying, raw: Raw, place: Place) -> None:
    told = identify(raw.value)
    if told is None:
        found.foreign.append(place)
    else:
        found.tellings.setdefault((told, sha256(raw.value or b"").digest()), place)
