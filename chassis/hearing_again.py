"""One thing at a time is recalled or heard again, if that can be done now; what was moved past once is moved past again."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog
from aiokafka import TopicPartition
from asyncpg import QueryCanceledError

from chassis import held, stops
from chassis.carry import Carrier
from chassis.database import Transaction
from chassis.failure import OverrunError
from chassis.heard_before import Heard, stamped
from chassis.in_hand import InHand
from chassis.not_yet import CannotRecallError, NotYetError
from chassis.place import Move, advance, digest
from chassis.recall_mode import Mode
from chassis.sift import ContradictionError
from chassis.stand_in import StandIn
from chassis.ways import one_by_one_unless

log = structlog.get_logger()


@dataclass(slots=True)
class HearingAgain:
    """Hears again what a service had heard, one value of a partition at a time.

    `heard`: what is to be heard again, partition by partition; `places`: the offset from which each of them goes on.
    `carriers`: carry a value to `stand_in`, one for each mode.
    `in_hand`: knows over what an earlier recall died; `set_aside`: what is held for that.
    `failed`: partitions whose next value was perhaps never heard, and failed otherwise than by having to wait.
    """

    tx: Transaction
    carriers: Mapping[Mode, Carrier]
    stand_in: StandIn
    heard: Mapping[TopicPartition, deque[Heard]]
    places: dict[TopicPartition, int]
    in_hand: InHand
    set_aside: set[str] = field(default_factory=set)
    failed: set[TopicPartition] = field(default_factory=set)

    async def carry(self, partition: TopicPartition, mode: Mode) -> bool:
        """Hear the next value of a partition again; whether that could be done now. What failed once is tried again only `ANEW`."""
        went_on = (partition not in self.failed or mode is Mode.ANEW) and await self._next_or_past_it(partition, mode)
        if went_on:
            self.heard[partition].popleft()
        return went_on

    @property
    def is_done(self) -> bool:
        """Whether all that was certainly heard is heard again."""
        return not any(heard and heard[0].certain for heard in self.heard.values())

    async def attempt(self, what: str | None, step: Callable[[], Awaitable[None]], cause: UUID | None) -> bool:
        """Whether it could be done now. `cause`: what it has an answer to, if it has one, and then it cannot be done without."""
        why = self.in_hand.why_hopeless(what)
        if why is not None and cause is not None:
            message = f"{what}: {why}, and it has an answer: start a release that can bear it, or restore a later backup"
            raise CannotRecallError(message)
        if self.stand_in.waits(cause):
            return False
        self.stand_in.begin()
        await self.in_hand.take(what)
        try:
            async with self.tx.transaction():
                await step()
        except NotYetError:
            return False
        except (OverrunError, QueryCanceledError):
            await self.in_hand.overran(what)
            raise
        await self.stand_in.go_on(self.tx)
        return True

    async def _next_or_past_it(self, partition: TopicPartition, mode: Mode) -> bool:
        """A contradiction before what was certainly heard: an operator has moved past it. What was perhaps heard ends no recall."""
        try:
            return await self._next(partition, mode)
        except Exception as error:
            each = self.heard[partition][0]
            if not each.certain:
                log.warning("not_heard_again", error=type(error).__name__)
                self.failed.add(partition)
                return False
            if not isinstance(error, ContradictionError):
                raise
            if self.stand_in.is_left(each.id):
                return False
            log.warning("moved_past_again", why=str(error))
            await advance(self.tx, [Move(partition, self.places[partition], each.raw.offset + 1, digest(each.raw.value))])
            self.places[partition] = each.raw.offset + 1
            return True

    async def _next(self, partition: TopicPartition, mode: Mode) -> bool:
        each = self.heard[partition][0]
        what = f"{partition.topic}/{partition.partition}/{each.raw.offset}"
        cause = each.id if self.stand_in.is_left(each.id) else None
        if not await self.attempt(what, partial(self._carry, partition, each, what, mode), cause):
            return False
        self.places[partition] = each.raw.offset + 1
        return True

    async def _carry(self, partition: TopicPartition, each: Heard, what: str, mode: Mode) -> None:
        hopeless, place, carrier = self.in_hand.why_hopeless(what), self.places[partition], self.carriers[mode]
        at = f"{partition.topic}/{partition.partition}"
        if place < each.raw.offset and not each.certain:
            raise NotYetError(why="a hole lies before it, and it is not certain that anybody moved past that")
        carried = await carrier.within(self.tx, {partition: [each.raw]}, {partition: place}, one_by_one_unless(hopeless))
        if partition not in carried.moved:
            message = f"{at} does not go on at {place}, where it was heard"
            raise CannotRecallError(message)
        if self.stand_in.is_left(each.id) and each.id not in self.stand_in.now:
            self.stand_in.settled.pass_by_value(carrier.topic(partition.topic).name, each.raw)
            raise NotYetError(why="it has an answer and was held: what it was held behind has to be settled first")
        if carried.held and not (each.certain or mode is Mode.ANEW):
            raise NotYetError(why="it was held, and it is not certain that anybody had heard it")
        if place < each.raw.offset:
            log.warning("moved_past_again", why=f"{at} holds nothing that can be read from {place} to {each.raw.offset}")
        if hopeless is not None:
            self.set_aside.add(what)
        await held.date(self.tx, stamped(each.raw))
        await stops.lift(self.tx)
