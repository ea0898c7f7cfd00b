"""One polled batch in one transaction: move the place, drop doubles, hold what must wait, handle the rest, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from aiokafka import TopicPartition

from chassis import gaps, held, place, seen
from chassis.calendar import Calendar
from chassis.clock import Clock
from chassis.database import Pool, Transaction
from chassis.failure import Fault, fault_of
from chassis.held import Held
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Raw
from chassis.place import Move
from chassis.room import CLOCK, Room
from chassis.seen import Seen
from chassis.sift import Candidate, Sifted, read_value, sift
from contracts.catalogue import BY_NAME, Order
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from contracts.fact import Fact

Polled = Mapping[TopicPartition, Sequence[Raw]]


@dataclass(slots=True)
class Carried:
    """What became of a batch: the places that moved, and counts for those who watch."""

    moved: dict[TopicPartition, int] = field(default_factory=dict)
    handled: int = 0
    doubles: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries batches for one service."""

    room: Room
    pool: Pool
    clock: Clock
    calendar: Calendar
    topic_prefix: str

    async def carry(self, polled: Polled, expected: Mapping[TopicPartition, int], *, alone: bool = False) -> Carried:
        """Apply a batch, or raise and leave nothing behind. `alone` gives every telling a savepoint of its own.

        Partitions whose place is no longer where we believe are left out: `moved` names those that went on.

        Raises:
            ContradictionError: a partition must stop.
            Exception: whatever a handler or the database raised; see chassis.failure.
        """
        async with self.pool.acquire() as tx, tx.transaction():
            return await self.within(tx, polled, expected, alone=alone)

    async def within(self, tx: Transaction, polled: Polled, expected: Mapping[TopicPartition, int], *, alone: bool = False) -> Carried:
        """The same, in a transaction that is somebody else's."""
        moves = [self._move(partition, polled[partition], expected[partition]) for partition in sorted(polled)]
        moved = await place.advance(tx, moves)
        raws = chain.from_iterable(polled[partition] for partition in sorted(moved))
        carried = await self._apply(tx, raws, alone=alone)
        await self.clock.keep(tx)
        carried.moved = {move.partition: move.following for move in moves if move.partition in moved}
        return carried

    @staticmethod
    def _move(partition: TopicPartition, raws: Sequence[Raw], expected: int) -> Move:
        return Move(partition, expected, raws[-1].offset + 1, place.digest(raws[-1].value))

    async def _apply(self, tx: Transaction, raws: Iterable[Raw], *, alone: bool) -> Carried:
        read = [self._read(raw) for raw in raws]
        candidates = [each for each in read if isinstance(each, Candidate)]
        sifted, heard = await self._sift(tx, candidates)
        sifted.held += [each for each in read if isinstance(each, Held)]
        applied = await (self._handle_alone(tx, sifted) if alone else self._handle(tx, sifted.fresh))
        await gaps.forget(tx, [each for each in sifted.fresh if each.stored])
        await self._put_aside(tx, sifted.held)
        await seen.write(tx, _heard_now(applied, heard))
        return Carried(handled=len(applied), doubles=sifted.doubles, held=len(sifted.held))

    def _read(self, raw: Raw) -> Candidate | Held:
        topic = BY_NAME[raw.topic.removeprefix(self.topic_prefix)]
        return read_value(topic, raw, Coordinates(topic.name, raw.partition, raw.offset), self._occasion)

    def _occasion(self, envelope: Envelope[Fact] | None) -> Occasion:
        if envelope is None:
            return Occasion(self.clock.now())
        self.clock.hear(envelope.recordedtime or envelope.time)
        return Occasion(self.clock.now(), envelope.id, envelope.correlationid or envelope.id, envelope.traceparent)

    async def _sift(self, tx: Transaction, candidates: Sequence[Candidate]) -> tuple[Sifted, dict[seen.Subject, Seen]]:
        ordered = {each.subject for each in candidates if each.received.topic.family.order is not Order.NONE}
        heard = await seen.read(tx, ordered)
        stored = await gaps.read(tx, self.room.vault, ordered, self._occasion)
        waiting = await held.waiting(tx, self.room.vault, (each.subject for each in candidates))
        return sift(candidates, stored, heard, waiting), heard

    async def _handle(self, tx: Transaction, fresh: Sequence[Candidate]) -> Sequence[Candidate]:
        for family, handle in (*self.room.families.items(), (CLOCK, self.calendar.on_clock)):
            batch = [each.received for each in fresh if each.received.topic.family.name == family]
            if batch:
                await handle(batch, tx)
        return fresh

    async def _handle_alone(self, tx: Transaction, sifted: Sifted) -> Sequence[Candidate]:
        """One telling at a time: one that fails is held, and what comes after it about the same subject waits with it."""
        applied: list[Candidate] = []
        blocked: set[seen.Subject] = set()
        for each in sifted.fresh:
            if each.subject in blocked:
                sifted.held.append(each.hold(HoldReason.AFTER_POISON, "an earlier telling of this subject is held"))
                continue
            try:
                async with tx.transaction():
                    await self._handle(tx, [each])
                applied.append(each)
            except Exception as error:
                if fault_of(error) is Fault.INFRASTRUCTURE:
                    raise
                blocked |= set() if each.replaces else {each.subject}
                sifted.held.append(each.hold(HoldReason.POISON, f"{type(error).__name__} while it was handled"))
        return applied

    async def _put_aside(self, tx: Transaction, aside: Sequence[Held]) -> None:
        if aside:
            await held.keep(tx, self.room.vault, aside)
            await self.room.on_held(aside, tx)


def _heard_now(applied: Iterable[Candidate], heard: Mapping[seen.Subject, Seen]) -> dict[seen.Subject, Seen]:
    now: dict[seen.Subject, Seen] = {}
    for each in applied:
        if each.received.topic.family.order is not Order.NONE:
            now[each.subject] = each.heard_after(now.get(each.subject) or heard.get(each.subject, Seen()))
    return now
