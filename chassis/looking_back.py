"""The leader of a service's relay reads its own compacted topics back: at once, daily, and when it is asked to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from aiokafka import TopicPartition

from chassis.agreement import starts_of
from chassis.broker import onlooker
from chassis.mirror import Found, Latest, Reflection, mirrored, reflect
from chassis.occasion import Coordinates
from chassis.pulse import Pulse
from chassis.reading import as_polled
from chassis.settings import Profile, Settings
from contracts.catalogue import Topic

if TYPE_CHECKING:
    import asyncpg

ASK, ANSWER = "reconcile", "reconciled"
EVERY_SECONDS = 86_400.0
PATIENCE_SECONDS = 30.0
NAMED = 20

# Read after the topics were, by the only one who sends: what is not in the outbox was acknowledged before, and must lie there.
LAST_SAID = """
select distinct on (topic, subject) topic, key, version, content_hash, payload, traceparent,
    id in (select said_id from outbox) as waits
from said where topic = any($1::text[]) order by topic desc, subject desc, version desc
"""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = structlog.get_logger()


@dataclass(slots=True)
class LookingBack:
    """One leader's; a new leader begins with a look of its own."""

    settings: Settings
    name: str
    pulse: Pulse
    looked_at: float | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def is_due(self) -> bool:
        return bool(self.asked) or self.looked_at is None or monotonic() - self.looked_at >= EVERY_SECONDS

    def ask(self, *told: object) -> None:
        """Somebody asks, over PostgreSQL; the last of what is told is a word by which the answer is known."""
        self.asked.append(str(told[-1]))

    async def look(self, connection: Connection) -> Sequence[Latest]:
        """What is to be told again. What is strange is complained of until a later look finds it gone.

        Raises:
            KafkaError: the topics could not be read to their end.
        """
        asked, self.asked = self.asked, []
        found = await read_back(self.settings, self.name)
        rows = await connection.fetch(LAST_SAID, [topic.name for topic in mirrored(self.name)])
        seen = reflect([Latest(**row) for row in rows], found)
        self.looked_at = monotonic()
        self._complain(seen)
        for each in asked:
            await connection.execute("select pg_notify($1, $2)", ANSWER, answer(self.name, each, seen))
        return seen.again

    def _complain(self, seen: Reflection) -> None:
        self.pulse.strange = [str(each) for each in seen.strange]
        for each in self.pulse.strange[:NAMED]:
            log.critical("strange_on_own_topic", what=each)
        if seen.again:
            log.error("told_again", tellings=len(seen.again), agreeing=seen.agreeing)


def answer(name: str, asked: str, seen: Reflection) -> str:
    """For whoever asked, short enough for a notification of PostgreSQL."""
    counted = {"agree": seen.agreeing, "again": len(seen.again), "strange": len(seen.strange)}
    return json.dumps({"service": name, "asked": asked, **counted, "named": [str(each) for each in seen.strange[:NAMED]]})


async def read_back(settings: Settings, name: str) -> list[Found]:
    """The last value of each key on each partition of the service's own compacted topics.

    Raises:
        KafkaError: Kafka does not answer.
    """
    partitions = {at: topic for topic in mirrored(name) for at in _partitions(settings, topic)}
    if not partitions:
        return []
    last: dict[tuple[TopicPartition, bytes | None], Found] = {}
    looking = onlooker(settings, name)
    try:
        await looking.start()
        async for at, raws in as_polled(looking, await starts_of(looking, partitions), PATIENCE_SECONDS):
            for raw in raws:
                last[at, raw.key] = Found(Coordinates(partitions[at].name, at.partition, raw.offset), raw.key, raw.value)
    finally:
        await looking.stop()
    return list(last.values())


def _partitions(settings: Settings, topic: Topic) -> list[TopicPartition]:
    number = topic.partitions_on(embedded=settings.profile is Profile.EMBEDDED)
    return [TopicPartition(settings.kafka_topic_prefix + topic.name, each) for each in range(number)]


def row_of(each: Latest) -> dict[str, Any]:
    """As the relay sends it."""
    return {"topic": each.topic, "key": each.key, "payload": each.payload, "traceparent": each.traceparent}
