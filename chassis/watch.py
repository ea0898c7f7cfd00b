"""Looks every few seconds at what only a question can tell: what waits in the outbox, and about which partitions Kafka answers others."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import own_ends
from chassis import pulse as pulses
from chassis.agreement import answered_starts
from chassis.broker import METADATA_AGE_MS
from chassis.database import Pool
from chassis.outbox import WAITING
from chassis.pulse import Pulse
from chassis.unanswered import ANSWER_SECONDS, Unanswered

EVERY_SECONDS = 2.0
PAUSES_PER_COUNT = 20
SURE_SECONDS = METADATA_AGE_MS / 1000  # by then our own client has learned of a new leader as well

log = structlog.get_logger()


@dataclass(slots=True)
class Watch:
    """Every instance watches, whoever leads the relay. `consumer` is the one that reads; `onlooker` is in no group.

    `answered_since` is since when the onlooker has been answered about what the consumer hears nothing of, in monotonic seconds.
    """

    pool: Pool
    pulse: Pulse
    consumer: AIOKafkaConsumer
    onlooker: AIOKafkaConsumer
    unanswered: Unanswered
    topic_prefix: str
    answered_since: dict[TopicPartition, float] = field(default_factory=dict)
    counted_in: float = 0.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until told to stop. The longer the database takes to count, the longer it is until the next look."""
        while not self.stopping.is_set():
            try:
                await self.unanswered.ask(self.onlooker)
                self.pulse.deaf = await self._is_deaf()
                await self._count()
            except Exception as error:  # noqa: BLE001 - what was seen last stays, and grows older
                log.warning("watch_failed", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), max(EVERY_SECONDS, PAUSES_PER_COUNT * self.counted_in))

    async def _count(self) -> None:
        began = monotonic()
        try:
            self.pulse.untold = await own_ends.halted(self.pool)
            row = await self.pool.fetchrow(WAITING, [each.topic.removeprefix(self.topic_prefix) for each in self.pulse.untold])
        finally:
            self.counted_in = monotonic() - began
        if row is not None:
            self.pulse.backlog.counted(row["messages"], row["seconds"])

    async def _is_deaf(self) -> bool:
        """Whether Kafka answers others about the very partition about which it does not answer this reader.

        A partition without a leader is answered about to nobody: to start this process again would not bring it back.
        """
        answered, now = await self._answered(self._unheard()), monotonic()
        self.answered_since = {each: self.answered_since.get(each, now) for each in answered}
        return any(now - since >= SURE_SECONDS for since in self.answered_since.values())

    def _unheard(self) -> list[TopicPartition]:
        """What this reader ought to hear of and does not; where the group gives it nothing that is everything."""
        now, progress = monotonic(), self.pulse.progress
        if progress.adrift(now) <= pulses.LIVE_SECONDS:
            return progress.silent(now, pulses.LIVE_SECONDS)
        numbers = {topic: self.consumer.partitions_for_topic(topic) or () for topic in self.consumer.subscription()}
        return [TopicPartition(topic, each) for topic, found in numbers.items() for each in found]

    async def _answered(self, asked: list[TopicPartition]) -> Collection[TopicPartition]:
        return await answered_starts(self.onlooker, asked, ANSWER_SECONDS)
