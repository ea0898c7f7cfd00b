"""One polled batch in one transaction: move the place, drop doubles, hold what must wait, handle the rest, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from aiokafka import TopicPartition
from asyncpg import QueryCanceledError

from chassis import contents, gaps, heard_once, held, place, seen, stops
from chassis.calendar import Calendar
from chassis.candidate import Candidate, read_value
from chassis.carried import Carried
from chassis.clock import Clock
from chassis.database import Pool, Transaction
from chassis.failure import OverrunError
from chassis.held import Held
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Raw
from chassis.place import Move
from chassis.room import CLOCK, Room
from chassis.seen import Seen
from chassis.sift import Sifted, sift
from chassis.stops import Limits
from chassis.ways import Way, together
from contracts.catalogue import BY_NAME, Order, Topic
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.wire import named

Polled = Mapping[TopicPartition, Sequence[Raw]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries batches for one service. `past_held`: nothing waits behind what is held, because it did not when it was heard first."""

    room: Room
    pool: Pool
    clock: Clock
    calendar: Calendar
    topic_prefix: str
    limits: Limits
    past_held: bool = False

    async def carry(self, polled: Polled, expected: Mapping[TopicPartition, int], way: Way = together) -> Carried:
        """Apply a batch that way, or raise and leave nothing behind.

        Partitions whose place is no longer where we believe are left out: `moved` names those that went on.

        Raises:
            ContradictionError: a partition must stop.
            Exception: whatever a handler or the database raised; see chassis.failure.
        """
        async with self.pool.acquire() as tx, tx.transaction():
            return await self.within(tx, polled, expected, way)

    async def within(self, tx: Transaction, polled: Polled, expected: Mapping[TopicPartition, int], way: Way) -> Carried:
        """The same, in a transaction that is somebody else's."""
        moves = [self._move(partition, polled[partition], expected[partition]) for partition in sorted(polled)]
        moved = await place.advance(tx, moves)
        raws = chain.from_iterable(polled[partition] for partition in sorted(moved))
        carried = await self._apply(tx, raws, way)
        await self.clock.keep(tx)
        carried.moved = {move.partition: move.following for move in moves if move.partition in moved}
        return carried

    async def keep_unread(self, partition: TopicPartition, raw: Raw, expected: int, why: str) -> Carried:
        """Move past one value that fails even while it is held: kept as it came, and nobody is told of it but the log and the stops."""
        topic = self.topic(raw.topic)
        at = Coordinates(topic.name, raw.partition, raw.offset)
        aside = Held(HoldReason.POISON, why, topic, at, Occasion(self.clock.now()), raw, *named(topic, raw.value))
        async with self.pool.acquire() as tx, tx.transaction():
            if not await place.advance(tx, [self._move(partition, [raw], expected)]):
                return Carried()
            await held.keep(tx, self.room.vault, [aside])
            await stops.write(tx, [aside], self.limits, self.topic_prefix)
        return Carried({partition: raw.offset + 1}, held=1)

    def topic(self, name: str) -> Topic:
        """By its name in Kafka."""
        return BY_NAME[name.removeprefix(self.topic_prefix)]

    @staticmethod
    def _move(partition: TopicPartition, raws: Sequence[Raw], expected: int) -> Move:
        return Move(partition, expected, raws[-1].offset + 1, place.digest(raws[-1].value))

    async def _apply(self, tx: Transaction, raws: Iterable[Raw], way: Way) -> Carried:
        met = await heard_once.meet(tx, self.room.vault, [self._read(raw) for raw in raws])
        sifted, heard = await self._sift(tx, met.new)
        applied, instead = await way(sifted.fresh, tx, self.handle)
        sifted.held += instead
        await held.forget(tx, (each.received.held_id for each in applied if each.received.held_id is not None))
        await self._put_aside(tx, sifted.held)
        await seen.write(tx, heard_now(applied, heard))
        families = {str(each.received.topic.family.name) for each in applied}
        return Carried(handled=len(applied), doubles=sifted.doubles + met.doubles, held=len(sifted.held), families=families)

    def _read(self, raw: Raw) -> Candidate | Held:
        topic = self.topic(raw.topic)
        return read_value(topic, raw, Coordinates(topic.name, raw.partition, raw.offset), self.occasion)

    def occasion(self, envelope: Envelope[Fact] | None) -> Occasion:
        """What is decided on: that telling, or the reading of a value that tells nothing."""
        if envelope is None:
            return Occasion(self.clock.now())
        self.clock.hear(envelope.recordedtime or envelope.time)
        return Occasion(self.clock.now(), envelope.id, envelope.correlationid or envelope.id, envelope.traceparent)

    async def _sift(self, tx: Transaction, read: Sequence[Candidate | Held]) -> tuple[Sifted, dict[seen.Subject, Seen]]:
        candidates = [each for each in read if isinstance(each, Candidate)]
        ordered = {each.subject for each in candidates if each.received.topic.family.order is not Order.NONE}
        heard = await seen.read(tx, ordered)
        stored = await gaps.read(tx, self.room.vault, ordered, self.occasion)
        standing = {} if self.past_held else await held.standing(tx, self.room.vault, (each.subject for each in candidates))
        known = await contents.read(tx, self.room.vault, ordered & standing.keys())
        return sift(read, stored, heard, {each for each, first in standing.items() if first}, known), heard

    async def handle(self, fresh: Sequence[Candidate], tx: Transaction) -> None:
        """Hand them to the service, family by family.

        Raises:
            OverrunError: a statement of it ran into the statement timeout.
        """
        try:
            for family, handle in (*self.room.families.items(), (CLOCK, self.calendar.on_clock)):
                batch = [each.received for each in fresh if each.received.topic.family.name == family]
                if batch:
                    await handle(batch, tx)
        except QueryCanceledError as error:
            raise OverrunError from error

    async def _put_aside(self, tx: Transaction, aside: Sequence[Held]) -> None:
        if aside:
            await held.keep(tx, self.room.vault, aside)
            if newly := [each for each in aside if not each.again]:
                await stops.write(tx, newly, self.limits, self.topic_prefix)
                await self.room.on_held(newly, tx)


def heard_now(applied: Iterable[Candidate], heard: Mapping[seen.Subject, Seen]) -> dict[seen.Subject, Seen]:
    """How far the subjects of what was applied are heard with it."""
    now: dict[seen.Subject, Seen] = {}
    for each in applied:
        if each.received.topic.family.order is not Order.NONE:
            now[each.subject] = each.heard_after(now.get(each.subject) or heard.get(each.subject, Seen()))
    return now
