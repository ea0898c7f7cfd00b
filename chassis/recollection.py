"""In which order what was told is recalled: beside what was heard, each telling once what it builds on is there."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn
from uuid import UUID

from aiokafka import TopicPartition
from asyncpg import QueryCanceledError

from chassis import held, stops
from chassis.carry import Carrier
from chassis.database import Transaction
from chassis.failure import OverrunError
from chassis.heard_before import Heard
from chassis.in_hand import InHand
from chassis.not_yet import NotYetError
from chassis.retold import CannotRecallError
from chassis.settling import Settling
from chassis.sift import ContradictionError
from chassis.stand_in import StandIn


@dataclass(slots=True)
class Recollection:
    """`heard` is what was certainly heard, partition by partition; `carrier` carries it to `stand_in`.

    All of it in one transaction: whoever dies here begins anew. `in_hand` knows over what it died.
    """

    tx: Transaction
    carrier: Carrier
    stand_in: StandIn
    heard: Mapping[TopicPartition, deque[Heard]]
    in_hand: InHand
    set_aside: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Recall all.

        Raises:
            CannotRecallError: something never finds what it builds on, or can only be recalled by what ends the process.
        """
        at_hand = self.stand_in.settled.redriven.keys() | {each.id for heard in self.heard.values() for each in heard}
        elsewhere = self.stand_in.causes.keys() - at_hand
        stopped = await stops.lift(self.tx)
        while left := len(self.stand_in.left) + sum(map(len, self.heard.values())):
            went_on = await self._settle() or await self._from_elsewhere(elsewhere) or await self._answered() or await self._unanswered()
            if not (went_on or await self._settle() or await self._past_what_is_held() or await self._decide_anew()):
                self._give_up(left)
        while await self._settle():
            pass
        await self.in_hand.take(None)
        await stops.put_back(self.tx, stopped)

    def _give_up(self, left: int) -> NoReturn:
        aside = f"; {', '.join(sorted(self.set_aside))} ended the process or never ended, and is held: a release that bears it may help"
        message = f"{left} tellings cannot be recalled, because what they build on is not here: see docs/runbooks/disagreement.md"
        raise CannotRecallError(message + (aside if self.set_aside else ""))

    async def _answered(self) -> bool:
        """Go on wherever the next value has its answer; whether it went on anywhere."""
        went_on = False
        for each, heard in self.heard.items():
            while heard and heard[0].id in self.stand_in.causes and await self._carry(each):
                went_on = True
        return went_on

    async def _from_elsewhere(self, causes: set[UUID]) -> bool:
        """What a person or a timer caused."""
        found = sorted(causes - self.stand_in.recalled)
        return any([await self._try(f"cause {each}", partial(self.stand_in.recall, each, None, self.tx), each) for each in found])

    async def _settle(self) -> bool:
        """What was held before the backup or is held again, and was discarded, given up or taken up after it."""
        found = await Settling(self.stand_in.settled, self.tx, self.carrier.handle).steps()
        steps = [each for each in found if each.cause not in self.stand_in.recalled]
        hopeless = {each.what for each in steps if each.cause is None and self.in_hand.why_hopeless(each.what) is not None}
        self.set_aside.update(filter(None, hopeless))
        return any([await self._try(each.what, each.do, each.cause) for each in steps if each.what not in hopeless])

    async def _unanswered(self) -> bool:
        """Handle one value that had no answer, the earliest first; whether there was one that has none now."""
        heads = sorted((each for each, heard in self.heard.items() if heard), key=lambda each: self.heard[each][0].raw.timestamp)
        for each in heads:
            if await self._carry(each):
                return True
        return False

    async def _past_what_is_held(self) -> bool:
        """What has its answer did not wait: what is held before it had been discarded, and on topics without an order nobody said which."""
        carrier = self.carrier
        self.carrier = replace(carrier, past_held=True)
        try:
            return await self._answered()
        finally:
            self.carrier = carrier

    async def _decide_anew(self) -> bool:
        """What was decided and had not been told when the database was lost never left this house: one such value is decided anew."""
        self.stand_in.anew = True
        try:
            return await self._unanswered()
        finally:
            self.stand_in.anew = False

    async def _carry(self, partition: TopicPartition) -> bool:
        each = self.heard[partition][0]
        what = f"{partition.topic}/{partition.partition}/{each.raw.offset}"
        cause = each.id if each.id in self.stand_in.left else None
        if not await self._try(what, partial(self._carry_one, partition, what), cause):
            return False
        self.heard[partition].popleft()
        return True

    async def _carry_one(self, partition: TopicPartition, what: str) -> None:
        heard, hopeless = self.heard[partition][0], self.in_hand.why_hopeless(what)
        raw = heard.raw
        try:
            carried = await self.carrier.within(self.tx, {partition: [raw]}, {partition: heard.place}, alone=True, hopeless=hopeless)
        except ContradictionError as error:
            if heard.id in self.stand_in.left:
                raise NotYetError from error
            return  # it halted its partition, and an operator moved the place past it, as it is moved now
        if partition not in carried.moved:
            message = f"{partition.topic}/{partition.partition} does not go on at {raw.offset}, where it was heard"
            raise CannotRecallError(message)
        if heard.id in self.stand_in.left - set(self.stand_in.now):
            self.stand_in.settled.pass_by_value(partition.topic.removeprefix(self.carrier.topic_prefix), raw)
            raise NotYetError  # it was held behind something that has to be settled first
        if hopeless is not None:
            self.set_aside.add(what)
        await held.date(self.tx, datetime.fromtimestamp(raw.timestamp / 1000, UTC))
        await stops.lift(self.tx)

    async def _try(self, what: str | None, step: Callable[[], Awaitable[None]], cause: UUID | None) -> bool:
        """Whether it could be done now. `cause`: what it has an answer to, if it has one, and then it cannot be done without."""
        why = self.in_hand.why_hopeless(what)
        if why is not None and cause is not None:
            message = f"{what}: {why}, and it has an answer: start a release that can bear it, or restore a later backup"
            raise CannotRecallError(message)
        self.stand_in.now = []
        await self.in_hand.take(what)
        try:
            async with self.tx.transaction():
                await step()
        except NotYetError:
            return False
        except (OverrunError, QueryCanceledError):
            await self.in_hand.overran(what)
            raise
        self.stand_in.recalled.update(self.stand_in.now)
        return True
