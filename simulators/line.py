"""The outsiders' side of Kafka: everything that feeds, senders, forces and the scenario's calendar put on topics, counted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.catalogue import BY_NAME, SCENARIO, TOPICS, Topic, owned_by, topic_name
from contracts.clock import DayBegan, DayEnded, RestAsked
from contracts.envelope import CONTENT_TYPE, Envelope
from contracts.fact import Fact
from contracts.partitions import partitions_of

CLOCK = BY_NAME[topic_name("clock")]
SOURCE = f"/{SCENARIO}"
TYPE_HEADER = ("content-type", CONTENT_TYPE.encode())

Headers = Sequence[tuple[str, bytes]]


class UsedTopicsError(RuntimeError):
    """Something was told before the scenario began; its counts, and the services', must start together from nothing."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where Kafka is. `embedded` is the broker of the first minute: no idempotent producer, and a fetch that waits its whole time."""

    bootstrap: str
    embedded: bool = False
    topic_prefix: str = ""

    @property
    def fetch_wait_ms(self) -> int:
        return 5 if self.embedded else 500

    def partitions_of(self, topics: Iterable[Topic]) -> list[TopicPartition]:
        return [TopicPartition(*each) for each in partitions_of(topics, self.topic_prefix, embedded=self.embedded)]


@dataclass(slots=True)
class Line:
    """Tells, and counts each value that is put on a topic. Names of topics are without the prefix."""

    address: Address
    producer: AIOKafkaProducer
    said: Counter[str] = field(default_factory=Counter)
    under_way: list["asyncio.Future[object]"] = field(default_factory=list)

    async def put(self, topic: Topic, key: bytes | None, value: bytes | None, headers: Headers = (TYPE_HEADER,)) -> None:
        """Hand one value to the producer; `settled` waits until the broker has it."""
        name = self.address.topic_prefix + topic.name
        self.under_way.append(await self.producer.send(name, key=key, value=value, headers=list(headers)))
        self.said[topic.name] += 1

    async def settled(self) -> None:
        """Wait until the broker has everything.

        Raises:
            aiokafka.errors.KafkaError: it has not.
        """
        under_way, self.under_way = self.under_way, []
        await asyncio.gather(*under_way)

    async def announce(self, told: DayBegan | DayEnded | RestAsked, at: datetime) -> None:
        """Put something on the event clock's topic, keyed by the month: one partition never grows to a whole year's length."""
        await self.put(CLOCK, f"{at:%Y-%m}".encode(), value_of(told, SOURCE, at))
        await self.settled()


def value_of(fact: Fact, source: str, at: datetime) -> bytes:
    """A fact in its envelope, as a message value."""
    return Envelope(id=uuid4(), source=source, type=fact.TYPE, subject=fact.subject, time=at, data=fact).to_bytes()


@asynccontextmanager
async def line(address: Address) -> AsyncIterator[Line]:
    """One producer for all outsiders, closed on leaving.

    Raises:
        UsedTopicsError: the topics are not empty.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=address.bootstrap, client_id=SCENARIO, acks="all", enable_idempotence=not address.embedded, linger_ms=0
    )
    try:
        await producer.start()
        await _refuse_used_topics(address)
        yield Line(address, producer)
    finally:
        await producer.stop()


@asynccontextmanager
async def onlooker(address: Address, topics: Sequence[Topic]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer outside every group, at the beginning of all partitions of these topics."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address.bootstrap, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=address.fetch_wait_ms,
        auto_offset_reset="earliest",
    )  # fmt: skip
    try:
        await consumer.start()
        partitions = address.partitions_of(topics)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        yield consumer
    finally:
        await consumer.stop()


async def _refuse_used_topics(address: Address) -> None:
    ours = [topic for topic in TOPICS if topic in owned_by("feeds")]
    async with onlooker(address, ours) as consumer:
        used = [each.topic for each, end in (await consumer.end_offsets(address.partitions_of(ours))).items() if end]
    if used:
        message = f"{used[0]} is not empty: play the scenario to a system that was started for it"
        raise UsedTopicsError(message)
