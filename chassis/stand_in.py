"""Stands in for a service's handlers while it recalls: what came of each value is put down again, and what had no answer says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from chassis import retold
from chassis.calendar import Calendar
from chassis.carry import Carrier
from chassis.database import Transaction
from chassis.failure import Fault, fault_of
from chassis.not_yet import NotYetError
from chassis.occasion import Batch, Received
from chassis.retold import Facts
from chassis.room import OnBatch, Room
from chassis.settled import Settled
from chassis.waiting import LAST_SAID, Waiting


@dataclass(slots=True)
class StandIn:
    """`causes` are tellings of ours by what caused them, `recalled` those of them that are done, `now` those of the step under way.

    `anew`: what has no answer may speak.
    """

    room: Room
    causes: Mapping[UUID, Facts]
    settled: Settled
    recalled: set[UUID] = field(default_factory=set)
    now: list[UUID] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    anew: bool = False

    @property
    def answered(self) -> dict[UUID, datetime]:
        """When each cause was answered."""
        return {cause: facts[0].occasion.at for cause, facts in self.causes.items()}

    @property
    def left(self) -> set[UUID]:
        """What is to be recalled still, but for the step under way."""
        return self.causes.keys() - self.recalled

    @property
    def is_done(self) -> bool:
        """Whether all is recalled."""
        return len(self.recalled) == len(self.causes)

    def is_left(self, cause: UUID | None) -> bool:
        """Whether that is to be recalled still."""
        return cause in self.causes and cause not in self.recalled

    def waits(self, cause: UUID | None) -> bool:
        """Whether to try that again now would be in vain."""
        return cause in self.waiting.lacking

    def begin(self) -> None:
        """A step begins."""
        self.now, self.waiting.more = [], set()

    async def go_on(self, tx: Transaction) -> None:
        """The step under way is done."""
        self.recalled.update(self.now)
        await self.waiting.go_on(tx)

    def before(self, carrier: Carrier) -> Carrier:
        """The same carrier, with this in place of its handlers."""
        families = {name: partial(self.hear, handle) for name, handle in self.room.families.items()}
        calendar = _Recalling(self.room, carrier.clock, carrier.topic_prefix, stand_in=self)
        return replace(carrier, room=replace(self.room, families=families), calendar=calendar)

    async def hear(self, handle: OnBatch, batch: Batch, tx: Transaction) -> None:
        """Recall what came of each, or handle it again where nothing did.

        Raises:
            NotYetError: what it builds on is not here yet.
        """
        self.waiting.more.update(map(retold.subject_of, batch))
        for received in batch:
            if self.settled.skips(received):
                continue
            if received.envelope.id in self.causes:
                await self.recall(received.envelope.id, received, tx)
            elif self.anew:
                await handle([received], tx)
            else:
                await self._handle_silently(handle, received, tx)

    async def recall(self, cause: UUID, received: Received[Any] | None, tx: Transaction) -> None:
        """Put down again what came of `cause`, with what was heard of it, if that can still be heard.

        Raises:
            NotYetError: what it builds on is not here yet.
        """
        facts = self.causes[cause]
        then = None if received is None else replace(received, occasion=facts[0].occasion)  # decided on the day on which it was told
        try:
            await retold.in_turn(tx, facts)
            await self.room.recall(then, facts, tx)
        except NotYetError as error:
            self.waiting.put(cause, error)
            raise
        await retold.keep(tx, facts)
        self.waiting.more.update(map(retold.subject_of, facts))
        self.now.append(cause)

    @staticmethod
    async def _handle_silently(handle: OnBatch, received: Received[Any], tx: Transaction) -> None:
        """It says nothing, as it did, or it has to wait: it may be decided on more than is here yet."""
        before = await tx.fetchval(LAST_SAID)
        try:
            await handle([received], tx)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            raise NotYetError from error
        if await tx.fetchval(LAST_SAID) != before:
            raise NotYetError


@dataclass(slots=True)
class _Recalling(Calendar):
    """The calendar of a scenario, whose days' ends are recalled too."""

    stand_in: StandIn | None = None

    async def on_clock(self, batch: Batch, tx: Transaction) -> None:
        if self.stand_in is not None:
            await self.stand_in.hear(partial(Calendar.on_clock, self), batch, tx)
