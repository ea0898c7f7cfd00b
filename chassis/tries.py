"""One try of some values: counted before, so that what ends the process is counted too, and taken back where it is not to blame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from aiokafka import TopicPartition

from chassis import attempts
from chassis.attempts import Attempt
from chassis.blame import Blame
from chassis.carry import Carried, Carrier, Polled
from chassis.database import answers
from chassis.failure import Fault, OverrunError, fault_of
from chassis.up_to import carry_up_to

log = structlog.get_logger()

Places: TypeAlias = Mapping[TopicPartition, int]
Counted: TypeAlias = Mapping[TopicPartition, Attempt]


@dataclass(slots=True)
class Tries:
    """One reader's. `owed`: tries to be taken back as soon as the database answers, before any is counted."""

    carrier: Carrier
    owed: list[Counted] = field(default_factory=list)
    blame: Blame = field(default_factory=Blame)

    async def before(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Attempt]:
        """What is known of earlier ones."""
        while self.owed:
            await attempts.take_back(self.carrier.pool, self.owed[0])
            self.owed.pop(0)
        return await attempts.read(self.carrier.pool, partitions)

    async def once_more(
        self, counted: Counted, polled: Polled, expected: Places, *, alone: bool = False, hopeless: str | None = None
    ) -> Carried:
        """Apply them, or with `hopeless` hold them; that the count could be put down is the sign that the database answers.

        Raises:
            Exception: whatever failed, and nothing is left behind.
        """
        if not polled:
            return Carried()
        try:
            if counted:
                await attempts.count(self.carrier.pool, counted)
        except Exception:
            self.owed.append(counted)
            raise
        try:
            carried = await self._together(polled, expected, hopeless)
        except Exception as error:
            for each in polled:
                self.blame.failed(each, expected[each], error, alone=alone, family=self.carrier.topic(each.topic).family.name)
            await self._take_back_if_not_to_blame(error, counted)
            raise
        self.blame.went_on(carried)
        if untried := {each: of for each, of in counted.items() if each not in carried.moved and each not in carried.stuck}:
            self.owed.append(untried)  # a stop or a halt came in between, or somebody else did
        return carried

    async def _together(self, polled: Polled, expected: Places, hopeless: str | None) -> Carried:
        """As one, and where some telling's data will not have it, one by one, so that it alone is set aside."""
        places = {each: expected[each] for each in polled}
        try:
            return await carry_up_to(self.carrier, polled, places, hopeless=hopeless)
        except Exception as error:
            if hopeless is not None or fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            log.warning("batch_failed", error=type(error).__name__, partitions=len(polled))
            return await carry_up_to(self.carrier, polled, places, alone=True)

    async def _take_back_if_not_to_blame(self, error: Exception, counted: Counted) -> None:
        """What ran into the statement timeout while the database answers others may be to blame; an outage blames nobody."""
        if not (isinstance(error, OverrunError) and await answers(self.carrier.pool)):
            self.owed.append(counted)
