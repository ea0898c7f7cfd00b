"""In which order what was told is recalled: beside what was heard, each telling once what it builds on is there."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from chassis import gaps, held, retold, seen, stops
from chassis.calendar import Calendar
from chassis.carry import Carrier, heard_now
from chassis.database import Transaction
from chassis.failure import Fault, fault_of
from chassis.not_yet import NotYetError
from chassis.occasion import Batch, Received
from chassis.retold import CannotRecallError, Facts
from chassis.room import OnBatch, Room
from chassis.sift import Candidate
from contracts.wire import identify

HELD = 'select held_id, topic, partition, "offset", original from held'
LAST_SAID = "select coalesce(max(seq), 0) from outbox"


@dataclass(frozen=True, slots=True)
class Heard:
    """A value that was heard before, as the broker gives it, and its id where it has one."""

    raw: Any
    id: UUID | None


def up_to_the_last_cause(raws: Sequence[Any], causes: Mapping[UUID, Facts]) -> "deque[Heard]":
    """What was certainly handled before: all up to the last value that has an answer."""
    heard = [Heard(raw, identify(raw.value)) for raw in raws]
    last = max((index for index, each in enumerate(heard, start=1) if each.id in causes), default=0)
    return deque(heard[:last])


@dataclass(slots=True)
class Recollection:
    """`causes` are tellings of ours by what caused them, `heard` what was certainly handled, partition by partition.

    All of it in one transaction: whoever dies here begins anew.
    """

    room: Room
    tx: Transaction
    carrier: Carrier
    causes: Mapping[UUID, Facts]
    heard: Mapping[TopicPartition, "deque[Heard]"]
    recalled: set[UUID] = field(default_factory=set)
    redriven: Mapping[UUID, Candidate] = field(default_factory=dict)
    anew: bool = False
    now: list[UUID] = field(default_factory=list)

    async def run(self) -> None:
        """Recall all.

        Raises:
            CannotRecallError: something never finds what it builds on.
        """
        elsewhere = self.causes.keys() - {each.id for heard in self.heard.values() for each in heard}
        self._stand_in_for_handlers()
        self.redriven = await self._redriven()
        stopped = await stops.lift(self.tx)
        while left := len(self.causes.keys() - self.recalled) + sum(map(len, self.heard.values())):
            went_on = await self._from_elsewhere(elsewhere) or await self._answered()
            if not (went_on or await self._unanswered() or await self._decide_anew()):
                message = f"{left} tellings cannot be recalled, because what they build on is not here: see docs/runbooks/disagreement.md"
                raise CannotRecallError(message)
        await stops.put_back(self.tx, stopped)

    async def hear(self, handle: OnBatch, batch: Batch, tx: Transaction) -> None:
        """Recall what came of each, or handle it again where nothing did."""
        for received in batch:
            if received.envelope.id in self.causes:
                await self._recall(received.envelope.id, received, tx)
            elif self.anew:
                await handle([received], tx)
            else:
                await self._handle_silently(handle, received, tx)

    async def _handle_silently(self, handle: OnBatch, received: Received[Any], tx: Transaction) -> None:
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

    def _stand_in_for_handlers(self) -> None:
        families = {name: partial(self.hear, handle) for name, handle in self.room.families.items()}
        calendar = _Recalling(self.room, self.carrier.clock, self.carrier.topic_prefix, recollection=self)
        self.carrier = replace(self.carrier, room=replace(self.room, families=families), calendar=calendar)

    async def _recall(self, cause: UUID, received: Received[Any] | None, tx: Transaction) -> None:
        facts = self.causes[cause]
        await retold.in_turn(tx, facts)
        then = None if received is None else replace(received, occasion=facts[0].occasion)  # decided on the day on which it was told
        await self.room.recall(then, facts, tx)
        await retold.keep(tx, facts)
        self.now.append(cause)

    async def _answered(self) -> bool:
        """Go on wherever the next value has its answer; whether it went on anywhere."""
        went_on = False
        for each, heard in self.heard.items():
            while heard and heard[0].id in self.causes and await self._carry(each):
                went_on = True
        return went_on

    async def _from_elsewhere(self, causes: set[UUID]) -> bool:
        """What a person or a timer caused, or what was held before the backup and taken up after it."""
        return any([await self._try(partial(self._recall_from_elsewhere, each)) for each in sorted(causes - self.recalled)])

    async def _redriven(self) -> dict[UUID, Candidate]:
        """What is held here and has an answer all the same: it was taken up after the backup."""
        found = {}
        for row in await self.tx.fetch(HELD):
            with suppress(ValueError):  # what cannot be opened has no answer that could be told from it
                read = gaps.take_up(row, self.room.vault, self.carrier.occasion)
                if isinstance(read, Candidate) and read.received.envelope.id in self.causes:
                    found[read.received.envelope.id] = read
        return found

    async def _recall_from_elsewhere(self, cause: UUID) -> None:
        taken = self.redriven.get(cause)
        await self._recall(cause, None if taken is None else taken.received, self.tx)
        if taken is not None:
            await held.forget(self.tx, filter(None, [taken.received.held_id]))
            await seen.write(self.tx, heard_now([taken], await seen.read(self.tx, [taken.subject])))

    async def _unanswered(self) -> bool:
        """Handle one value that had no answer, the earliest first; whether there was one that has none now."""
        heads = sorted((each for each, heard in self.heard.items() if heard), key=lambda each: self.heard[each][0].raw.timestamp)
        for each in heads:
            if await self._carry(each):
                return True
        return False

    async def _decide_anew(self) -> bool:
        """What was decided and had not been told when the database was lost never left this house: one such value is decided anew."""
        self.anew = True
        try:
            return await self._unanswered()
        finally:
            self.anew = False

    async def _carry(self, partition: TopicPartition) -> bool:
        if not await self._try(partial(self._carry_one, partition)):
            return False
        self.heard[partition].popleft()
        return True

    async def _carry_one(self, partition: TopicPartition) -> None:
        raw = self.heard[partition][0].raw
        carried = await self.carrier.within(self.tx, {partition: [raw]}, {partition: raw.offset}, alone=True)
        if partition not in carried.moved:
            message = f"{partition.topic}/{partition.partition} does not go on at {raw.offset}, where it was heard"
            raise CannotRecallError(message)
        if self.heard[partition][0].id in self.causes.keys() - self.recalled - set(self.now):
            raise NotYetError  # it was held behind something that has to be recalled first
        await held.date(self.tx, datetime.fromtimestamp(raw.timestamp / 1000, UTC))
        await stops.lift(self.tx)

    async def _try(self, step: Callable[[], Awaitable[None]]) -> bool:
        self.now = []
        try:
            async with self.tx.transaction():
                await step()
        except NotYetError:
            return False
        self.recalled.update(self.now)
        return True


@dataclass(slots=True)
class _Recalling(Calendar):
    """The calendar of a scenario, whose days' ends are recalled too."""

    recollection: Recollection | None = None

    async def on_clock(self, batch: Batch, tx: Transaction) -> None:
        if self.recollection is not None:
            await self.recollection.hear(partial(Calendar.on_clock, self), batch, tx)
