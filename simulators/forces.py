"""Forty-six forces: each hears its own packs and answers as the script has it, knowing no more than the notice tells."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.catalogue import BY_NAME, Topic, read_by, topic_name
from contracts.handover_packs import HandoverNotice
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.wire import decode
from simulators.line import Address, Line, onlooker, value_of
from simulators.quiet import FORCES
from simulators.script import Answer

POLL_MS = 50
PATIENCE_SECONDS = 5.0


class NotAskedError(RuntimeError):
    """The script has a force answer about a landing of which no notice reached it."""


@dataclass(slots=True)
class Forces:
    """What has reached each force. The consumer rests paused, because notices are rare and looking for them is not free."""

    address: Address
    consumer: AIOKafkaConsumer
    heard: Counter[str] = field(default_factory=Counter)
    known: set[UUID] = field(default_factory=set)
    asked: dict[tuple[str, date], UUID] = field(default_factory=dict)

    async def catch_up(self, said: Mapping[str, int]) -> None:
        """Hear what handover says it has told, or as much of it as comes within a few seconds."""
        behind = {topic for topic in read_by(FORCES) if self.heard[topic.name] < said.get(topic.name, 0)}
        partitions = self.address.partitions_of(sorted(behind, key=lambda topic: topic.name))
        self.consumer.resume(*partitions)
        deadline = monotonic() + PATIENCE_SECONDS
        while any(self.heard[topic.name] < said[topic.name] for topic in behind) and monotonic() < deadline:
            self._hear(await self.consumer.getmany(*partitions, timeout_ms=POLL_MS))
        self.consumer.pause(*partitions)

    def _hear(self, polled: Mapping[TopicPartition, list[object]]) -> None:
        for partition, records in polled.items():
            topic = BY_NAME[partition.topic.removeprefix(self.address.topic_prefix)]
            for record in records:
                self._take(topic, record.value)  # type: ignore[attr-defined]  # aiokafka is untyped

    def _take(self, topic: Topic, value: bytes) -> None:
        """A notice that is told again with another landing day takes the place of the one before."""
        envelope = decode(topic, value)
        if envelope.id in self.known:
            return
        self.known.add(envelope.id)
        self.heard[topic.name] += 1
        if isinstance(envelope.data, HandoverNotice):
            self.asked[envelope.data.force, envelope.data.landing_day] = envelope.data.handover_id

    async def answer(self, answer: Answer, line: Line) -> None:
        """Accept or decline on the force's own topic.

        Raises:
            NotAskedError: the force was never asked about that landing.
        """
        handover_id = self.asked.get((answer.force, answer.landing_day))
        if handover_id is None:
            message = f"{answer.force} is to answer on {answer.day} about a landing on {answer.landing_day}, and was never asked"
            raise NotAskedError(message)
        topic = BY_NAME[topic_name("handover-replies", answer.force)]
        fact = _reply(handover_id, answer)
        await line.put(topic, str(handover_id).encode(), value_of(fact, topic.source, answer.at))


def _reply(handover_id: UUID, answer: Answer) -> ForceAccepted | ForceDeclined:
    if answer.decline is None:
        return ForceAccepted(handover_id=handover_id)
    return ForceDeclined(handover_id=handover_id, reason=answer.decline)


@asynccontextmanager
async def forces(address: Address) -> AsyncIterator[Forces]:
    """All forces that take handovers, listening to their packs until the scenario ends."""
    topics = read_by(FORCES)
    async with onlooker(address, topics) as consumer:
        consumer.pause(*address.partitions_of(topics))
        yield Forces(address, consumer)
