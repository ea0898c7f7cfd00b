"""Stands in for a service's handlers while it recalls: what came of each value is put down again, and what had no answer says nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from chassis import retold
from chassis.calendar import Calendar
from chassis.carry import Carrier
from chassis.database import Transaction
from chassis.failure import Fault, fault_of
from chassis.not_yet import NotYetError
from chassis.occasion import Batch, Received
from chassis.recall_mode import Mode
from chassis.retold import Facts
from chassis.room import OnBatch, Room
from chassis.settled import Settled
from chassis.waiting import LAST_IN_OUTBOX, Waiting

Hear: TypeAlias = Callable[[OnBatch, Batch, Transaction], Awaitable[None]]


@dataclass(slots=True)
class StandIn:
    """What is to be recalled, and how far that is.

    `causes`: the facts to recall, by what caused them; `recalled`: causes that are done.
    `now`: causes of the running step, which are done once it commits.
    `settled`: what was held and has been settled since the backup; `waiting`: causes that would be tried in vain.
    """

    room: Room
    causes: Mapping[UUID, Facts]
    settled: Settled
    recalled: set[UUID] = field(default_factory=set)
    now: list[UUID] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def answered(self) -> dict[UUID, datetime]:
        """When each cause was answered."""
        return {cause: facts[0].occasion.at for cause, facts in self.causes.items()}

    @property
    def left(self) -> set[UUID]:
        """Causes that are not done, with those of the running step."""
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
        """The running step is done."""
        self.recalled.update(self.now)
        await self.waiting.go_on(tx)

    def carriers(self, carrier: Carrier) -> dict[Mode, Carrier]:
        """That carrier with this in place of its handlers, once for each mode."""
        return {mode: self._in_place(carrier, mode) for mode in Mode}

    def _in_place(self, carrier: Carrier, mode: Mode) -> Carrier:
        hear = partial(self.hear, mode)
        room = replace(self.room, families={name: partial(hear, handle) for name, handle in self.room.families.items()})
        calendar = _Recalling(self.room, carrier.clock, carrier.topic_prefix, hear=hear)
        return replace(carrier, room=room, calendar=calendar, past_held=mode is Mode.PAST_HELD)

    async def hear(self, mode: Mode, handle: OnBatch, batch: Batch, tx: Transaction) -> None:
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
            elif mode is Mode.ANEW:
                await handle([received], tx)
            else:
                await self._handle_silently(handle, received, tx)

    async def recall(self, cause: UUID, received: Received[Any] | None, tx: Transaction) -> None:
        """Put down again what came of `cause`, with what was heard of it, if that can still be heard.

        Raises:
            NotYetError: what it builds on is not here yet.
        """
        if received is not None and received.coordinates in self.settled.not_decided_on:
            raise NotYetError  # its id stands for something else, which has to be heard first
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
        """It says nothing, as it did then. Where it would say something, or fails, it has to wait: more was here then than is here yet."""
        before = await tx.fetchval(LAST_IN_OUTBOX)
        try:
            await handle([received], tx)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            raise NotYetError(why="it had no answer, and fails on what is here") from error
        if await tx.fetchval(LAST_IN_OUTBOX) != before:
            raise NotYetError(why="it had no answer, and would say something on what is here")


@dataclass(slots=True)
class _Recalling(Calendar):
    """The calendar of a scenario, whose days' ends are recalled too."""

    hear: Hear = field(kw_only=True)

    async def on_clock(self, batch: Batch, tx: Transaction) -> None:
        await self.hear(partial(Calendar.on_clock, self), batch, tx)
