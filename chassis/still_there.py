"""The leader of a service's relay looks about once a minute whether what it told still lies there, also where nothing more is told."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis import own_ends
from chassis.agreement import LOST, compare
from chassis.broker import onlooker
from chassis.database import Transaction
from chassis.parts import end
from chassis.place import Place
from chassis.settings import Settings

EVERY_SECONDS = 60.0
PATIENCE_SECONDS = 60.0

log = structlog.get_logger()


@dataclass(slots=True)
class StillThere:
    """One leader's, who has just heard itself. `topics` are its own, but for compacted ones, by the names that the broker knows.

    The stored ends are read between two rounds, and looked at beside them: what is told meanwhile lies behind these ends.
    """

    settings: Settings
    name: str
    topics: Collection[str]
    looked_at: float = field(default_factory=monotonic)
    looking: "asyncio.Task[list[TopicPartition]] | None" = None

    async def look(self, connection: Transaction) -> bool:
        """Begin to look if it is time. Once that is done: whether some topic is not the one that was told on."""
        if self.looking is None and monotonic() - self.looked_at >= EVERY_SECONDS:
            ends = {each: at for each, at in (await own_ends.read(connection, self.topics)).items() if at.halted is None}
            self.looking = asyncio.create_task(self._ask(ends))
        if self.looking is None or not self.looking.done():
            return False
        found, self.looking, self.looked_at = self.looking.result(), None, monotonic()
        if found:
            log.error("own_topics_disagree", partitions=[f"{each.topic}/{each.partition}" for each in sorted(found)])
        return bool(found)

    async def leave(self) -> None:
        """Whoever leads next hears itself first."""
        if self.looking is not None:
            await end([self.looking])
            if not self.looking.cancelled():
                self.looking.exception()  # nobody waits for it any more

    async def _ask(self, ends: Mapping[TopicPartition, Place]) -> list[TopicPartition]:
        """Which ones disagree. That Kafka does not answer is no finding: it is asked again a minute later."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._disagreeing(ends) if ends else []
        except (KafkaError, TimeoutError) as error:
            log.warning("own_topics_not_looked_at", error=type(error).__name__)
            return []

    async def _disagreeing(self, ends: Mapping[TopicPartition, Place]) -> list[TopicPartition]:
        looking = onlooker(self.settings, f"{self.name}-still-there")
        try:
            await looking.start()
            compared = await compare(looking, ends)
        finally:
            await looking.stop()
        if unanswered := compared.leaderless | compared.withheld:
            log.warning("own_topics_not_looked_at", partitions=[f"{each.topic}/{each.partition}" for each in sorted(unanswered)])
        return [each for each, why in compared.disagreeing.items() if why != LOST]  # what was told long ago may have been deleted since
