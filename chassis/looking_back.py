"""The leader of a service's relay reads its own compacted topics back: at once, daily, and when it is asked to."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from aiokafka.errors import KafkaError

from chassis.mirror import NEVER_SAID, NEWER, OTHER, Found, Latest, Reflection, Strange, TopicKey, mirrored, reflect
from chassis.numbering_on import HIGHEST, NAMED, number_on
from chassis.parts import end
from chassis.pulse import Pulse
from chassis.reading_back import read_back
from chassis.settings import Settings

if TYPE_CHECKING:
    import asyncpg

ASK, ANSWER = "reconcile", "reconciled"
EVERY_SECONDS = 86_400.0
AGAIN_SECONDS = 5.0
LEAVE_SECONDS = 2.0

# Read after the topics were, between two rounds of the only one who sends: what is not in the outbox was acknowledged before. Each figure
# is looked up by itself, because it may have been told thousands of times. What has no payload was not said here: see chassis.numbering_on.
LAST_SAID = """
with recursive figure as (
    select topic, (select min(subject) from said where said.topic = asked.topic) as subject from unnest($1::text[]) as asked (topic)
    union all
    select topic, (select min(subject) from said where said.topic = figure.topic and said.subject > figure.subject)
    from figure where subject is not null
)
select last.topic, key, version, content_hash, payload, traceparent, id in (select said_id from outbox) as waits,
    (select max(version) from said where (said.topic, said.subject) = (figure.topic, figure.subject)) as highest
from figure cross join lateral (
    select said.* from said where (said.topic, said.subject) = (figure.topic, figure.subject) and payload is not null
    order by version desc limit 1
) as last
"""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = structlog.get_logger()


@dataclass(slots=True)
class LookingBack:
    """One leader's; a new leader begins with a look of its own. The topics are read beside its rounds, and compared between two of them.

    `told_since` is what was sent while they were read: it lies there behind what was read of its subject, or was read itself. `strange` is
    what the last look found so.
    """

    settings: Settings
    name: str
    pulse: Pulse
    wake: Callable[[], None]
    looked_at: float | None = None
    again_at: float = 0.0
    asked: list[str] = field(default_factory=list)
    answering: list[str] = field(default_factory=list)
    told_since: set[TopicKey] = field(default_factory=set)
    strange: Sequence[Strange] = ()
    reading: "asyncio.Task[list[Found]] | None" = None
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_due(self) -> bool:
        if monotonic() < self.again_at:
            return False
        return bool(self.asked) or self.looked_at is None or monotonic() - self.looked_at >= EVERY_SECONDS

    def ask(self, *told: object) -> None:
        """Somebody asks, over PostgreSQL; the last of what is told is a word by which the answer is known."""
        self.asked.append(str(told[-1]))

    def sent(self, keys: Iterable[TopicKey]) -> None:
        """The leader sends these now. What was strange of one of them may be so no longer: that is looked at again."""
        told = set(keys)
        if self.reading is not None:
            self.told_since |= told
        if any(each.key in told and _ends_by_telling(each) for each in self.strange):
            self.looked_at = None

    async def look(self, connection: Connection) -> Sequence[Latest]:
        """Begin to read if it is time. Once that is done: what is to be told again, before anything else is sent.

        What is strange is complained of until a later look finds it gone, and so is that Kafka does not let the topics be read.
        """
        if self.reading is None and self.is_due:
            self._begin()
        if self.reading is None or not self.reading.done():
            return []
        reading, self.reading = self.reading, None
        try:
            found = reading.result()
        except KafkaError as error:
            self._not_read(error)
            return []
        self.pulse.unread = ()
        return await self._compare(connection, found)

    def _not_read(self, error: KafkaError) -> None:
        log.warning("own_topics_not_read_back", error=type(error).__name__)
        self.asked, self.answering = [*self.answering, *self.asked], []
        self.again_at = monotonic() + AGAIN_SECONDS
        self.pulse.unread = [self.settings.kafka_topic_prefix + topic.name for topic in mirrored(self.name)]

    def _begin(self) -> None:
        self.answering, self.asked = self.asked, []
        self.told_since = set()
        self.reading = asyncio.create_task(read_back(self.settings, self.name, self.leaving))
        self.reading.add_done_callback(lambda _: self.wake())

    async def _compare(self, connection: Connection, found: Sequence[Found]) -> Sequence[Latest]:
        rows = await connection.fetch(LAST_SAID, [topic.name for topic in mirrored(self.name)])
        seen = reflect([Latest(**row) for row in rows], found, self.told_since, self.strange)
        await number_on(connection, found)
        self.looked_at = monotonic()
        self._complain(seen)
        for each in self.answering:
            await connection.execute("select pg_notify($1, $2)", ANSWER, answer(self.name, each, seen))
        return seen.again

    async def leave(self) -> None:
        """Whoever leads next reads for itself."""
        self.pulse.unread = ()
        self.leaving.set()
        if self.reading is not None:
            await asyncio.wait([self.reading], timeout=LEAVE_SECONDS)
            await end([self.reading])
            if not self.reading.cancelled():
                self.reading.exception()  # nobody waits for it any more

    def _complain(self, seen: Reflection) -> None:
        newly = [each for each in seen.strange if each not in self.strange]
        self.strange = seen.strange
        self.pulse.strange = [str(each) for each in seen.strange]
        for each in newly[:NAMED]:
            log.critical("strange_on_own_topic", what=str(each))
        if seen.again:
            log.error("told_again", tellings=len(seen.again), agreeing=seen.agreeing)


def _ends_by_telling(strange: Strange) -> bool:
    """Whether the next version said of it is a higher one, and replaces it."""
    return strange.why in {NEVER_SAID, NEWER, OTHER} and strange.version <= HIGHEST


def answer(name: str, asked: str, seen: Reflection) -> str:
    """For whoever asked, short enough for a notification of PostgreSQL."""
    counted = {"agree": seen.agreeing, "again": len(seen.again), "strange": len(seen.strange)}
    return json.dumps({"service": name, "asked": asked, **counted, "named": [str(each) for each in seen.strange[:NAMED]]})


def row_of(each: Latest) -> dict[str, Any]:
    """As the relay sends it."""
    return {"topic": each.topic, "key": each.key, "payload": each.payload, "traceparent": each.traceparent}


def key_of(row: Any) -> TopicKey:
    """Of a row that the relay sends."""
    return row["topic"], row["key"].encode()
