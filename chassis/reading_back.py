"""What lies last under each key on a service's own compacted topics."""

import asyncio

from aiokafka import TopicPartition

from chassis.agreement import all_starts
from chassis.broker import onlooker
from chassis.clients import start_client, stop_consumer
from chassis.mirror import Found, mirrored
from chassis.occasion import Coordinates
from chassis.reading import as_readable
from chassis.settings import Settings
from contracts.catalogue import Topic
from contracts.partitions import partitions_of

START_SECONDS = PATIENCE_SECONDS = 30.0


async def read_back(settings: Settings, name: str, leaving: asyncio.Event | None = None) -> list[Found]:
    """The last value of each key on each partition of the service's own compacted topics; less once whoever asked is `leaving`.

    And where something lies that cannot be unpacked.

    Raises:
        KafkaError: Kafka does not answer; the text names what is missing.
    """
    partitions = {at: topic for topic in mirrored(name) for at in _partitions(settings, topic)}
    if not partitions:
        return []
    last: dict[tuple[TopicPartition, bytes | None], Found] = {}
    unreadable: list[Found] = []

    def leave_out(at: TopicPartition, first: int, _following: int) -> None:
        unreadable.append(Found(Coordinates(partitions[at].name, at.partition, first), None, None, unreadable=True))

    looking = onlooker(settings, name)
    try:
        await start_client(looking)
        starts = await all_starts(looking, partitions, START_SECONDS)
        async for at, raws in as_readable(looking, starts, leave_out, PATIENCE_SECONDS):
            for raw in raws:
                last[at, raw.key] = Found(Coordinates(partitions[at].name, at.partition, raw.offset), raw.key, raw.value)
            if leaving is not None and leaving.is_set():
                break
    finally:
        await stop_consumer(looking)
    return [*last.values(), *unreadable]


def _partitions(settings: Settings, topic: Topic) -> list[TopicPartition]:
    return [TopicPartition(*each) for each in partitions_of([topic], settings.kafka_topic_prefix, embedded=settings.embedded)]
