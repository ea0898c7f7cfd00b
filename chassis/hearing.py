"""A service hears itself first: what lies on its own topics beyond what it remembers telling shows which of both is the older one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis import agreement, own_ends
from chassis.broker import onlooker
from chassis.database import Transaction
from chassis.own_ends import Told
from chassis.place import Place
from chassis.reading import PATIENCE_SECONDS, read_on
from chassis.settings import Profile, Settings
from contracts.catalogue import Topic, owned_by
from contracts.wire import identify

KNOWN = "select id from said where id = any($1::uuid[])"
FORGET = "delete from outbox where said_id = any($1::uuid[])"
FORGET_PERSONAL = "update said set payload = null where id = any($1::uuid[]) and topic = any($2::text[])"

FOREIGN = "the topic holds a value that nobody here can have told"

log = structlog.get_logger()


class OwnTopicError(RuntimeError):
    """Kafka is older than this service's database, or not the one it knew: nothing is told until an operator has looked."""


class OlderDatabaseError(RuntimeError):
    """Our own topics hold what the database does not know: it is the older one, and has to recall that first."""

    def __init__(self, unknown: Sequence[Told]) -> None:
        self.unknown = unknown
        super().__init__(f"{len(unknown)} tellings of our own are not in the database: it was restored; restart to recall them")


@dataclass(frozen=True, slots=True)
class Hearing:
    """Looks at one service's own topics. `prefix` is the topics', `embedded` says which broker has them."""

    name: str
    prefix: str
    embedded: bool
    onlooker: AIOKafkaConsumer

    async def listen(self, tx: Transaction, *, leading: bool) -> None:
        """Compare. Who leads takes what was told already off the outbox, so that nothing is told twice after a crash.

        Raises:
            OwnTopicError: a topic ends before the stored end, or holds another value there, or a value that is none; it is halted.
            OlderDatabaseError: values are there that `said` does not know.
            KafkaError: the broker could not be asked.
        """
        ends = await own_ends.read(tx, self.topics)
        await self._compare(tx, ends)
        heard = await self.beyond(ends)
        ids = [identify(each.value) for each in heard]
        known = {row["id"] for row in await tx.fetch(KNOWN, [each for each in ids if each is not None])}
        await self._halt_the_foreign(tx, [each for each, found in zip(heard, ids, strict=True) if found is None])
        unknown = [each for each, found in zip(heard, ids, strict=True) if found not in known]
        if unknown:
            raise OlderDatabaseError(unknown)
        if known and leading:
            await self._forget(tx, sorted(known), heard)

    async def _forget(self, tx: Transaction, known: Sequence[UUID], heard: Sequence[Told]) -> None:
        personal = [topic.name for topic in self.topics.values() if topic.family.personal]
        async with tx.transaction():
            await tx.execute(FORGET, known)
            await tx.execute(FORGET_PERSONAL, known, personal)
            await own_ends.keep(tx, heard)

    async def _halt_the_foreign(self, tx: Transaction, foreign: Sequence[Told]) -> None:
        for each in foreign:
            await own_ends.halt(tx, each.partition, FOREIGN)
            log.critical("own_topic_halted", topic=each.partition.topic, partition=each.partition.partition, why=FOREIGN)
        if foreign:
            message = f"{foreign[0].partition.topic}/{foreign[0].partition.partition} is halted: {FOREIGN}"
            raise OwnTopicError(message)

    async def beyond(self, ends: Mapping[TopicPartition, Place]) -> list[Told]:
        """All values that lie on our own topics after these ends."""
        starts = await self._starts()
        following = {each: max(start, ends[each].next if each in ends else 0) for each, start in starts.items()}
        found = await read_on(self.onlooker, following)
        return [Told(each, raw.offset, raw.value) for each, raws in found.items() for raw in raws]

    @property
    def topics(self) -> Mapping[str, Topic]:
        """Our own, by the names that the broker knows; but for compacted ones, which are read back as a whole (`chassis/mirror.py`)."""
        return {self.prefix + topic.name: topic for topic in owned_by(self.name) if not topic.family.compacted}

    async def _compare(self, tx: Transaction, ends: Mapping[TopicPartition, Place]) -> None:
        open_ends = {each: end for each, end in ends.items() if end.halted is None}
        for each, why in (await agreement.disagreements(self.onlooker, open_ends)).items():
            if why != agreement.LOST:  # what was told long ago may have been deleted since
                await own_ends.halt(tx, each, why)
                log.critical("own_topic_halted", topic=each.topic, partition=each.partition, why=why)
        for each, end in (await own_ends.read(tx, self.topics)).items():
            if end.halted is not None:
                message = f"{each.topic}/{each.partition} is halted: {end.halted}"
                raise OwnTopicError(message)

    async def _starts(self) -> dict[TopicPartition, int]:
        """Where the log of each of our partitions begins. Asking for one that is not there would be waited for without end."""
        asked = [
            TopicPartition(name, each) for name, topic in self.topics.items() for each in range(topic.partitions_on(embedded=self.embedded))
        ]
        try:
            return await asyncio.wait_for(agreement.starts_of(self.onlooker, asked), PATIENCE_SECONDS)
        except TimeoutError:
            message = f"no answer about where {', '.join(self.topics)} begin: is one of them missing?"
            raise KafkaTimeoutError(message) from None


async def hear_first(settings: Settings, name: str, tx: Transaction) -> None:
    """Look at what was told already, by whoever led before.

    Raises:
        OwnTopicError, OlderDatabaseError, KafkaError: as `Hearing.listen` does.
    """
    if all(topic.family.compacted for topic in owned_by(name)):
        return
    looking = onlooker(settings, f"{name}-hearing")
    try:
        await looking.start()
        await Hearing(name, settings.kafka_topic_prefix, settings.profile is Profile.EMBEDDED, looking).listen(tx, leading=True)
    finally:
        await looking.stop()
