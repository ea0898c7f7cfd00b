"""A service hears itself first: what lies on its own topics beyond what it remembers telling shows which of both is the older one."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import agreement, outbox, own_ends
from chassis.broker import onlooker
from chassis.clients import start_client, stop_consumer
from chassis.database import Transaction
from chassis.originals import Raw
from chassis.own_ends import Told
from chassis.place import Place
from chassis.reading import PATIENCE_SECONDS, as_readable
from chassis.settings import Settings
from contracts.catalogue import Order, Topic, owned_by
from contracts.partitions import partitions_of
from contracts.wire import identify_own

KNOWN = "select id from said where id = any($1::uuid[])"

FOREIGN = "the topic holds a value that nobody here can have told"
UNREADABLE = "the topic holds what Kafka's client cannot unpack beyond what was told there"

STILL_SAYS = frozenset({None, FOREIGN, UNREADABLE})
"""Halted for one of these, or not at all, the stored end still says up to where the topic is known."""


class OlderDatabaseError(RuntimeError):
    """Our own topics hold what the database does not know: it is the older one, and has to recall that first."""

    def __init__(self, unknown: Sequence[Told]) -> None:
        self.unknown = unknown
        super().__init__(f"{len(unknown)} tellings of our own are not in the database: it was restored; restart to recall them")


def _told(partition: TopicPartition, raws: Iterable[Raw]) -> list[Told]:
    return [Told(partition, raw.offset, raw.value) for raw in raws]


def _untold() -> None:
    """Nobody waits for a sign of life."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Looks at one service's own topics. `prefix` is the topics', `embedded` says which broker has them.

    `turned` is called for every step of reading that brought something.
    """

    name: str
    prefix: str
    embedded: bool
    onlooker: AIOKafkaConsumer
    turned: Callable[[], None] = _untold

    async def listen(self, tx: Transaction, *, leading: bool) -> None:
        """Compare. Who leads takes what was told already off the outbox, so that nothing is told twice after a crash.

        A partition halts if its topic ends before the stored end, holds another value there or one that nobody can unpack any more; its
        stored end says nothing from then on, and it is only looked for what `said` does not know. It halts, too, if beyond the stored end
        lies what is none of ours or nobody can unpack; that end still counts.

        Raises:
            OlderDatabaseError: tellings of our own, of whatever release, are there that `said` does not know.
            KafkaError: the broker could not be asked.
        """
        await self._compare(tx)
        ends = await own_ends.read(tx, self.topics)
        lost = {each for each, end in ends.items() if end.halted not in STILL_SAYS}
        heard, unreadable = await self._beyond(ends, lost)
        for each in unreadable:
            await own_ends.halt(tx, each, UNREADABLE)
        ids = {each: self._identify(each) for each in heard}
        for each in {told.partition for told in heard if ids[told] is None}:
            await own_ends.halt(tx, each, FOREIGN)
        known = {row["id"] for row in await tx.fetch(KNOWN, [found for found in ids.values() if found is not None])}
        unknown = [each for each, found in ids.items() if found is not None and found not in known]
        unknown += await self._unknown_on(tx, lost)
        if unknown:
            raise OlderDatabaseError(unknown)
        if known and leading:
            async with tx.transaction():
                await outbox.take_off(tx, sorted(known))
                await own_ends.go_on(tx, heard)

    async def _unknown_on(self, tx: Transaction, lost: Iterable[TopicPartition]) -> list[Told]:
        """From their start on, of topics that can be told again. What one force alone was told is told anew, with other ids."""
        asked = {each for each in lost if self.topics[each.topic].family.order is Order.GAPLESS}
        starts = {each: start for each, start in (await self._starts()).items() if each in asked} if asked else {}
        unknown: list[Told] = []
        async for each, raws in as_readable(self.onlooker, starts):
            ids = {told: found for told in _told(each, raws) if (found := self._identify(told)) is not None}
            known = {row["id"] for row in await tx.fetch(KNOWN, list(ids.values()))}
            unknown += [told for told, found in ids.items() if found not in known]
            self.turned()
        return unknown

    def _identify(self, told: Told) -> UUID | None:
        return identify_own(self.topics[told.partition.topic], told.value)

    async def _compare(self, tx: Transaction) -> None:
        open_ends = {each: end for each, end in (await own_ends.read(tx, self.topics)).items() if end.halted is None}
        for each, why in (await agreement.disagreements(self.onlooker, open_ends)).items():
            if why != agreement.LOST:  # what was told long ago may have been deleted since
                await own_ends.halt(tx, each, why)

    async def _beyond(
        self, ends: Mapping[TopicPartition, Place], but_for: Container[TopicPartition]
    ) -> tuple[list[Told], set[TopicPartition]]:
        """All values that lie on our own topics after these ends, and where something lies that cannot be unpacked."""
        starts = {each: start for each, start in (await self._starts()).items() if each not in but_for}
        following = {each: max(start, ends[each].next if each in ends else 0) for each, start in starts.items()}
        found: dict[TopicPartition, list[Told]] = {each: [] for each in following}
        unreadable = set[TopicPartition]()
        async for each, raws in as_readable(self.onlooker, following, lambda partition, *_: unreadable.add(partition)):
            found[each] += _told(each, raws)
            self.turned()
        return list(chain.from_iterable(found.values())), unreadable

    @property
    def topics(self) -> Mapping[str, Topic]:
        """Our own, by the names that the broker knows; but for compacted ones, which are read back as a whole (`chassis/mirror.py`)."""
        return {self.prefix + topic.name: topic for topic in owned_by(self.name) if not topic.family.compacted}

    async def _starts(self) -> dict[TopicPartition, int]:
        """Where the log of each of our partitions begins."""
        asked = [TopicPartition(*each) for each in partitions_of(self.topics.values(), self.prefix, embedded=self.embedded)]
        return await agreement.all_starts(self.onlooker, asked, PATIENCE_SECONDS)


async def hear_first(settings: Settings, name: str, tx: Transaction, turned: Callable[[], None]) -> None:
    """Look at what was told already, by whoever led before. `turned` is called as long as reading goes on.

    Raises:
        OlderDatabaseError, KafkaError: as `Hearing.listen` does.
    """
    if all(topic.family.compacted for topic in owned_by(name)):
        return
    looking = onlooker(settings, f"{name}-hearing")
    try:
        await start_client(looking)
        turned()
        await Hearing(name, settings.kafka_topic_prefix, settings.embedded, looking, turned).listen(tx, leading=True)
    finally:
        await stop_consumer(looking)
