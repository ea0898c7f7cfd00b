"""In which order what was told is recalled: as it was decided, beside what was heard, each once what it builds on is there."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from heapq import merge
from operator import attrgetter
from typing import NamedTuple, NoReturn
from uuid import UUID

from aiokafka import TopicPartition

from chassis import stops
from chassis.database import Transaction
from chassis.heard_before import leave_what_was_stopped
from chassis.hearing_again import HearingAgain
from chassis.retold import CannotRecallError
from chassis.settling import Settling
from chassis.stand_in import StandIn


class Step(NamedTuple):
    """From when on it can have been done, whether it certainly was, and what it is; it says whether it could be done now."""

    at: datetime
    certain: bool
    do: Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class Recollection:
    """What `again` hears, and what a person or a timer caused, which is nowhere to be heard: `elsewhere`.

    All of it in one transaction: whoever dies here begins anew.
    """

    tx: Transaction
    stand_in: StandIn
    again: HearingAgain
    elsewhere: dict[UUID, datetime] = field(init=False)

    def __post_init__(self) -> None:
        at_hand = self.stand_in.settled.redriven.keys() | {each.id for heard in self.again.heard.values() for each in heard}
        elsewhere = sorted((at, cause) for cause, at in self.stand_in.answered.items() if cause not in at_hand)
        self.elsewhere = {cause: at for at, cause in elsewhere}

    async def run(self) -> None:
        """Recall all.

        Raises:
            CannotRecallError: something never finds what it builds on, or can only be recalled by what ends the process.
        """
        stopped = await stops.lift(self.tx)
        leave_what_was_stopped(self.again.heard, {each["topic"]: each["why"] for each in stopped})
        while not (self.stand_in.is_done and self.again.is_done):
            went_on = await self._do_one() or (self.stand_in.waiting.end() and await self._do_one())
            if not (went_on or await self._past_what_is_held() or await self._decide_anew()):
                self._give_up()
        while await self._go_on() or await self._settle():
            pass  # what follows was perhaps heard: as far as it says nothing in its turn; the rest is heard after the start
        await self.again.in_hand.take(None)
        await stops.put_back(self.tx, stopped)

    async def _do_one(self) -> bool:
        """One thing that can be done now; what could not go on showed what is settled."""
        return await self._settle() or await self._go_on() or await self._settle()

    def _give_up(self) -> NoReturn:
        left = len(self.stand_in.left) + sum(each.certain for heard in self.again.heard.values() for each in heard)
        aside = self.again.set_aside
        release = f"; {', '.join(sorted(aside))} ended the process or never ended, and is held: a release that bears it may help"
        message = f"{left} tellings cannot be recalled, because what they build on is not here: see docs/runbooks/disagreement.md"
        raise CannotRecallError(message + (release if aside else ""))

    async def _go_on(self) -> bool:
        """Do the earliest that can be done now. What has to wait is tried again after each step that can have brought what it lacks.

        What was perhaps heard says nothing about anything that waits before it: it waits too.
        """
        waits = False
        for step in merge(self._elsewhere(), self._values(), key=attrgetter("at")):
            if step.certain or not waits:
                if await step.do():
                    return True
                waits = True
        return False

    def _values(self) -> list[Step]:
        """The next value of each partition, the earliest first."""
        heads = [Step(heard[0].at, heard[0].certain, partial(self._carry, each)) for each, heard in self.again.heard.items() if heard]
        return sorted(heads, key=attrgetter("at"))

    async def _carry(self, partition: TopicPartition) -> bool:
        """What failed and was perhaps never heard is tried once more only where nothing else goes on."""
        return (partition not in self.again.failed or self.stand_in.anew) and await self.again.carry(partition)

    def _elsewhere(self) -> Iterator[Step]:
        """Before a value of the same instant: what builds on that waits for it anyhow. The first that waits stands for all that do."""
        waits = self.stand_in.waits
        first = next(filter(waits, self.elsewhere), None)
        left = ((cause, at) for cause, at in self.elsewhere.items() if cause == first or not waits(cause))
        return (Step(at, certain=True, do=partial(self._recall, cause)) for cause, at in left)

    async def _recall(self, cause: UUID) -> bool:
        recalled = await self.again.attempt(f"cause {cause}", partial(self.stand_in.recall, cause, None, self.tx), cause)
        if recalled:
            del self.elsewhere[cause]
        return recalled

    async def _settle(self) -> bool:
        """What was held before the backup or is held again, and was discarded, given up or taken up after it."""
        again = self.again
        found = await Settling(self.stand_in.settled, self.tx, again.carrier.handle).steps()
        steps = [each for each in found if each.cause not in self.stand_in.recalled]
        hopeless = {each.what for each in steps if each.cause is None and again.in_hand.why_hopeless(each.what) is not None}
        again.set_aside.update(filter(None, hopeless))
        return any([await again.attempt(each.what, each.do, each.cause) for each in steps if each.what not in hopeless])

    async def _past_what_is_held(self) -> bool:
        """What has its answer did not wait: what is held before it had been discarded, and on topics without an order nobody said which."""
        again, carrier = self.again, self.again.carrier
        again.carrier = replace(carrier, past_held=True)
        try:
            answered = [each for each, heard in again.heard.items() if heard and heard[0].id in self.stand_in.causes]
            return any([await again.carry(each) for each in answered])
        finally:
            again.carrier = carrier

    async def _decide_anew(self) -> bool:
        """What was decided and had not been told when the database was lost never left this house: one such value is decided anew.

        If need be one that was perhaps heard: what is left builds on something.
        """
        self.stand_in.anew = True
        try:
            for step in sorted(self._values(), key=attrgetter("certain"), reverse=True):
                if await step.do():
                    return True
            return False
        finally:
            self.stand_in.anew = False
