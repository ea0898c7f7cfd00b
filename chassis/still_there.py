"""The leader of a service's relay looks about once a minute whether what it told still lies there, also where nothing more is told."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis import own_ends
from chassis.agreement import LOST, compare
from chassis.broker import onlooker
from chassis.clients import start_client, stop_consumer
from chassis.database import Transaction
from chassis.parts import end
from chassis.place import Place
from chassis.pulse import Pulse
from chassis.settings import Settings

EVERY_SECONDS = 60.0
AGAIN_SECONDS = 5.0
PATIENCE_SECONDS = 60.0

log = structlog.get_logger()


class Looked(NamedTuple):
    """What came of one look: which partitions are not what was told on, and about which Kafka did not answer."""

    disagreeing: Collection[TopicPartition]
    unanswered: Collection[TopicPartition]


@dataclass(slots=True)
class StillThere:
    """One leader's, who has just heard itself. `topics` are its own, but for compacted ones, by the names that the broker knows.

    The stored ends are read between two rounds, and looked at beside them: what is told meanwhile lies behind these ends.
    """

    settings: Settings
    name: str
    pulse: Pulse
    topics: Collection[str]
    look_at: float = field(default_factory=lambda: monotonic() + EVERY_SECONDS)
    looking: "asyncio.Task[Looked] | None" = None

    async def look(self, connection: Transaction) -> bool:
        """Begin to look if it is time. Once that is done: whether some topic is not the one that was told on.

        About what Kafka does not answer is complained until it does: it may be gone, and nothing is told on it that would show it.
        """
        if self.looking is None and monotonic() >= self.look_at:
            ends = {each: at for each, at in (await own_ends.read(connection, self.topics)).items() if at.halted is None}
            self.looking = asyncio.create_task(self._ask(ends))
        if self.looking is None or not self.looking.done():
            return False
        found, self.looking = self.looking.result(), None
        self.look_at = monotonic() + (AGAIN_SECONDS if found.unanswered else EVERY_SECONDS)
        self.pulse.unseen = found.unanswered
        if found.disagreeing:
            log.error("own_topics_disagree", partitions=_named(found.disagreeing))
        return bool(found.disagreeing)

    async def leave(self) -> None:
        """Whoever leads next hears itself first."""
        self.pulse.unseen = ()
        if self.looking is not None:
            await end([self.looking])
            if not self.looking.cancelled():
                self.looking.exception()  # nobody waits for it any more

    async def _ask(self, ends: Mapping[TopicPartition, Place]) -> Looked:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._compare(ends) if ends else Looked((), ())
        except (KafkaError, TimeoutError) as error:
            log.warning("own_topics_not_looked_at", error=type(error).__name__)
            return Looked((), ends)

    async def _compare(self, ends: Mapping[TopicPartition, Place]) -> Looked:
        looking = onlooker(self.settings, f"{self.name}-still-there")
        try:
            await start_client(looking)
            compared = await compare(looking, ends)
        finally:
            await stop_consumer(looking)
        unanswered = compared.leaderless | compared.withheld
        if unanswered:
            log.warning("own_topics_not_looked_at", partitions=_named(unanswered))
        return Looked([each for each, why in compared.disagreeing.items() if why != LOST], unanswered)  # LOST: deleted since, by its age


def _named(partitions: Collection[TopicPartition]) -> list[str]:
    return [f"{each.topic}/{each.partition}" for each in sorted(partitions)]
