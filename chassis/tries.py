"""One try of some values: counted before, so that what ends the process is counted too, and taken back where it is not to blame."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TypeAlias

import structlog
from aiokafka import TopicPartition

from chassis import attempts
from chassis.alone import one_by_one
from chassis.attempts import Attempt
from chassis.blame import Blame
from chassis.carried import Carried
from chassis.carry import Carrier, Polled
from chassis.database import answers
from chassis.failure import Fault, OverrunError, fault_of
from chassis.up_to import carry_up_to
from chassis.ways import none_for

PAY_SECONDS = 2.0
BLAMELESS_SECONDS = 60.0
"""Half of what liveness allows a loop: who is told to end in a longer try may be told so for it."""

log = structlog.get_logger()

Places: TypeAlias = Mapping[TopicPartition, int]
Counted: TypeAlias = Mapping[TopicPartition, Attempt]
Carry: TypeAlias = Callable[[Polled, Places], Awaitable[Carried]]


@dataclass(slots=True)
class Tries:
    """One reader's. `owed`: tries to be taken back as soon as the database answers, before any is counted."""

    carrier: Carrier
    owed: list[Counted] = field(default_factory=list)
    blame: Blame = field(default_factory=Blame)

    async def before(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Attempt]:
        """What is known of earlier ones."""
        await self._pay()
        return await attempts.read(self.carrier.pool, partitions)

    async def pay(self) -> None:
        """What is owed, at the end: who is told to end remembers nothing afterwards. It takes no longer than a moment, whatever answers.

        Told to end once more, it is done all the same.
        """
        try:
            async with asyncio.timeout(PAY_SECONDS):
                await asyncio.shield(self._pay())
        except Exception as error:  # noqa: BLE001 - what is not taken back makes its messages be tried alone, and the end is in order
            log.warning("tries_not_taken_back", error=type(error).__name__)

    async def _pay(self) -> None:
        while self.owed:
            await attempts.take_back(self.carrier.pool, self.owed[0])
            self.owed.pop(0)

    async def once_more(self, counted: Counted, polled: Polled, expected: Places, *, alone: bool = False) -> Carried:
        """Apply them. `alone`: there is but one, which is to blame if it fails.

        Raises:
            Exception: whatever failed, and nothing is left behind.
        """
        return await self._counted(counted, polled, expected, self._together, alone=alone)

    async def hold_once_more(self, counted: Counted, polled: Polled, expected: Places, why: str) -> Carried:
        """Hold the one that is there for that reason, and do not handle it. It may fail and end the process even so, and is counted too.

        Raises:
            Exception: as above.
        """
        return await self._counted(counted, polled, expected, partial(carry_up_to, self.carrier, way=none_for(why)), alone=True)

    async def _counted(self, counted: Counted, polled: Polled, expected: Places, carry: Carry, *, alone: bool) -> Carried:
        """Carry them, counted before: that the count could be put down is the sign that the database answers."""
        if not polled:
            return Carried()
        try:
            if counted:
                await attempts.count(self.carrier.pool, counted)
        except BaseException:
            self.owed.append(counted)
            raise
        began = monotonic()
        try:
            carried = await carry(polled, {each: expected[each] for each in polled})
        except asyncio.CancelledError:
            if monotonic() - began < BLAMELESS_SECONDS:
                self.owed.append(counted)  # told to end: that is no fault of what was tried
            raise
        except Exception as error:
            for each in polled:
                self.blame.failed(each, expected[each], error, alone=alone, family=self.carrier.topic(each.topic).family.name)
            await self._take_back_if_not_to_blame(error, counted)
            raise
        self.blame.went_on(carried)
        if untried := {each: of for each, of in counted.items() if each not in carried.moved and each not in carried.stuck}:
            self.owed.append(untried)  # a stop or a halt came in between, or somebody else did
        return carried

    async def _together(self, polled: Polled, expected: Places) -> Carried:
        """As one, and where some telling's data will not have it, one by one, so that it alone is set aside."""
        try:
            return await carry_up_to(self.carrier, polled, expected)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            log.warning("batch_failed", error=type(error).__name__, partitions=len(polled))
            return await carry_up_to(self.carrier, polled, expected, one_by_one)

    async def _take_back_if_not_to_blame(self, error: Exception, counted: Counted) -> None:
        """What ran into the statement timeout while the database answers others may be to blame; an outage blames nobody."""
        if not (isinstance(error, OverrunError) and await answers(self.carrier.pool)):
            self.owed.append(counted)
