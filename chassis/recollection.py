"""In which order what was told is recalled: as it was decided, beside what was heard, each once what it builds on is there."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from heapq import merge
from operator import attrgetter
from typing import NamedTuple, NoReturn
from uuid import UUID

from chassis import stops
from chassis.database import Transaction
from chassis.heard_before import leave_what_was_stopped
from chassis.hearing_again import HearingAgain
from chassis.not_yet import CannotRecallError
from chassis.recall_mode import Mode
from chassis.settling import Settling
from chassis.stand_in import StandIn


class DatedStep(NamedTuple):
    """`at`: from when on it can have been done; `certain`: it certainly was; `do` does it, and says whether that was possible now."""

    at: datetime
    certain: bool
    do: Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class Recollection:
    """Recalls all, in one transaction: whoever dies here begins anew.

    `again`: hears the inputs again.
    `elsewhere`: causes that are nowhere to be heard, because a person or a timer was it, and when each was answered; the earliest first.
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
        for step in merge(self._elsewhere(), self._values(Mode.AS_TOLD), key=attrgetter("at")):
            if step.certain or not waits:
                if await step.do():
                    return True
                waits = True
        return False

    def _values(self, mode: Mode) -> list[DatedStep]:
        """The next value of each partition, the earliest first."""
        again = self.again
        heads = [DatedStep(heard[0].at, heard[0].certain, partial(again.carry, each, mode)) for each, heard in again.heard.items() if heard]
        return sorted(heads, key=attrgetter("at"))

    def _elsewhere(self) -> Iterator[DatedStep]:
        """Before a value of the same instant: what builds on that waits for it anyhow. The first that waits stands for all that do."""
        waits = self.stand_in.waits
        first = next(filter(waits, self.elsewhere), None)
        left = ((cause, at) for cause, at in self.elsewhere.items() if cause == first or not waits(cause))
        return (DatedStep(at, certain=True, do=partial(self._recall, cause)) for cause, at in left)

    async def _recall(self, cause: UUID) -> bool:
        recalled = await self.again.attempt(f"cause {cause}", partial(self.stand_in.recall, cause, None, self.tx), cause)
        if recalled:
            del self.elsewhere[cause]
        return recalled

    async def _settle(self) -> bool:
        """What was held before the backup or is held again, and was discarded, given up or taken up after it."""
        again = self.again
        found = await Settling(self.stand_in.settled, self.tx, again.carriers[Mode.AS_TOLD].handle).steps()
        steps = [each for each in found if each.cause not in self.stand_in.recalled]
        hopeless = {each.what for each in steps if each.cause is None and again.in_hand.why_hopeless(each.what) is not None}
        again.set_aside.update(filter(None, hopeless))
        return any([await again.attempt(each.what, each.do, each.cause) for each in steps if each.what not in hopeless])

    async def _past_what_is_held(self) -> bool:
        """What has its answer did not wait: what is held before it had been discarded, and on topics without an order nobody said which."""
        answered = [each for each, heard in self.again.heard.items() if heard and heard[0].id in self.stand_in.causes]
        return any([await self.again.carry(each, Mode.PAST_HELD) for each in answered])

    async def _decide_anew(self) -> bool:
        """What was decided and had not been told when the database was lost never left this house: one such value is decided anew.

        If need be one that was perhaps heard: what is left builds on something.
        """
        for step in sorted(self._values(Mode.ANEW), key=attrgetter("certain"), reverse=True):
            if await step.do():
                return True
        return False
