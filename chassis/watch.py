"""Looks every few seconds at what only a question can tell: what waits in the outbox, and whether Kafka answers others but not us."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis import pulse as pulses
from chassis.database import Pool
from chassis.pulse import Pulse

EVERY_SECONDS = 2.0
PAUSES_PER_LOOK = 20
ANSWER_SECONDS = 5.0

WAITING = "select count(*) as messages, coalesce(extract(epoch from now() - min(queued_at)), 0)::float8 as seconds from outbox"

log = structlog.get_logger()


@dataclass(slots=True)
class Watch:
    """Every instance watches, whoever leads the relay. `consumer` is the one that reads; `onlooker` is in no group."""

    pool: Pool
    pulse: Pulse
    consumer: AIOKafkaConsumer
    onlooker: AIOKafkaConsumer
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until told to stop. The longer a look takes, the longer it is until the next."""
        while not self.stopping.is_set():
            began = monotonic()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - what was seen last stays, and grows older
                log.warning("watch_failed", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), max(EVERY_SECONDS, PAUSES_PER_LOOK * (monotonic() - began)))

    async def _look(self) -> None:
        self.pulse.deaf = self._hears_nothing() and await self._others_are_answered()
        row = await self.pool.fetchrow(WAITING)
        if row is not None:
            self.pulse.backlog.counted(row["messages"], row["seconds"])

    def _hears_nothing(self) -> bool:
        now, progress = monotonic(), self.pulse.progress
        return max([progress.adrift(now), *progress.silences(now).values()]) > pulses.LIVE_SECONDS

    async def _others_are_answered(self) -> bool:
        """Where the broker is away for all, starting this process again would help nobody."""
        partition = TopicPartition(min(self.consumer.subscription()), 0)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.onlooker.beginning_offsets([partition])
        except (KafkaError, TimeoutError):
            return False
        return True
