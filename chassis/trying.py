"""Trying a batch: together, then one by one where its data fails, then message by message where it may have ended the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from aiokafka import TopicPartition

from chassis import attempts
from chassis.attempts import ALONE_FROM, HOPELESS_FROM, UNTRIED, Attempt
from chassis.blame import Blame
from chassis.carry import Carried, Carrier, Polled
from chassis.failure import Fault, OverrunError, fault_of
from chassis.footing import Footing
from chassis.originals import Raw
from chassis.up_to import carry_up_to

log = structlog.get_logger()

Places = Mapping[TopicPartition, int]
Counted = Mapping[TopicPartition, Attempt]


@dataclass(slots=True)
class Trying:
    """Tries batches for one reader. `owed`: tries to be taken back as soon as the database answers, before any is counted."""

    carrier: Carrier
    footing: Footing
    batch_max_records: int
    owed: list[Counted] = field(default_factory=list)
    blame: Blame = field(default_factory=Blame)

    async def carry(self, polled: Polled) -> Carried:
        """Apply a batch, or raise and leave it as it was, but for partitions that were tried alone.

        Of those, and of any that must stop at a contradiction, `stuck` says where they ended and why.

        Raises:
            Exception: infrastructure failed; see chassis.failure.
        """
        expected = {each: self.footing.expected[each] for each in polled}
        doubtful = {each for each in polled if self._is_doubtful(each)}
        before = await self._tried_before(doubtful) if doubtful else {}
        alone = [each for each in sorted(doubtful) if self._must_be_alone(each, expected[each], before)]
        counted = {each: before.get(each, UNTRIED).again(expected[each], _end(polled[each])) for each in doubtful.difference(alone)}
        carried = await self._counted(counted, {each: raws for each, raws in polled.items() if each not in alone}, expected)
        for each in alone:
            carried.add(await self._alone(each, polled[each], before.get(each, UNTRIED)))
            if carried.stuck and not await self._database_answers():
                break
        await self._trust({each: following for each, following in carried.moved.items() if each not in carried.stuck})
        return carried

    def _is_doubtful(self, partition: TopicPartition) -> bool:
        settled_at = self.footing.settled_at.get(partition)
        return settled_at is not None and self.footing.expected[partition] < settled_at + self.batch_max_records

    async def _tried_before(self, doubtful: set[TopicPartition]) -> dict[TopicPartition, Attempt]:
        while self.owed:
            await attempts.take_back(self.carrier.pool, self.owed[0])
            self.owed.pop(0)
        return await attempts.read(self.carrier.pool, doubtful)

    def _must_be_alone(self, partition: TopicPartition, place: int, before: Counted) -> bool:
        return before.get(partition, UNTRIED).before(place) >= ALONE_FROM or self.blame.is_apart(partition, place)

    async def _counted(self, counted: Counted, polled: Polled, expected: Places, *, alone: bool = False) -> Carried:
        """Tried once more; that the count could be put down is the sign that the database answers."""
        if not polled:
            return Carried()
        try:
            if counted:
                await attempts.count(self.carrier.pool, counted)
        except Exception:
            self.owed.append(counted)
            raise
        try:
            carried = await self._together(polled, expected)
        except Exception as error:
            for each in polled:
                self.blame.failed(each, expected[each], error, alone=alone, family=self.carrier.topic(each).family.name)
            await self._take_back_if_not_to_blame(error, counted)
            raise
        self.blame.went_on(carried)
        return carried

    async def _together(self, polled: Polled, expected: Places) -> Carried:
        """As one, and where some telling's data will not have it, one by one, so that it alone is set aside."""
        places = {each: expected[each] for each in polled}
        try:
            return await carry_up_to(self.carrier, polled, places)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            log.warning("batch_failed", error=type(error).__name__, partitions=len(polled))
            return await carry_up_to(self.carrier, polled, places, alone=True)

    async def _alone(self, partition: TopicPartition, raws: Sequence[Raw], attempt: Attempt) -> Carried:
        """Message by message, each in its own transaction, up to one that fails; one that is to blame is held."""
        carried = Carried()
        for raw in raws:
            why = self._why_hopeless(partition, raw, attempt.before(raw.offset))
            attempt = attempt.again(raw.offset, raw.offset + 1) if why is None else attempt
            try:
                done = await (self._one(partition, raw, attempt) if why is None else self._set_aside(partition, raw, why))
            except Exception as error:  # noqa: BLE001 - what failed is told with what came before it, and other partitions go on
                carried.stuck[partition] = error
                break
            carried.add(done)
            if partition not in done.moved:
                break
        return carried

    def _why_hopeless(self, partition: TopicPartition, raw: Raw, tried: int) -> str | None:
        if tried >= HOPELESS_FROM:
            return f"the process ended, or a statement never did, {tried} times or more while it was handled"
        return self.blame.why_hopeless(partition, raw.offset)

    async def _one(self, partition: TopicPartition, raw: Raw, attempt: Attempt) -> Carried:
        """Tried by itself. Where its data fails outside its handler, past its savepoint, it is held for that."""
        try:
            return await self._counted({partition: attempt}, {partition: [raw]}, {partition: raw.offset}, alone=True)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            return await self._set_aside(partition, raw, f"{type(error).__name__} when it was to be applied")

    async def _set_aside(self, partition: TopicPartition, raw: Raw, why: str) -> Carried:
        """Held and not handled; where even that fails over its data, held as it came, unread."""
        log.critical("hopeless", topic=partition.topic, partition=partition.partition, offset=raw.offset, why=why)
        try:
            done = await carry_up_to(self.carrier, {partition: [raw]}, {partition: raw.offset}, hopeless=why)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            done = await self.carrier.keep_unread(partition, raw, f"{why}; {type(error).__name__} when it was to be held")
        self.blame.went_on(done)
        return done

    async def _take_back_if_not_to_blame(self, error: Exception, counted: Counted) -> None:
        """What ran into the statement timeout while the database answers others may be to blame; an outage blames nobody."""
        if not (isinstance(error, OverrunError) and await self._database_answers()):
            self.owed.append(counted)

    async def _database_answers(self) -> bool:
        try:
            return bool(await self.carrier.pool.fetchval("select 1"))
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer
            return False

    async def _trust(self, moved: Places) -> None:
        """Beyond what an earlier batch can have reached, and at the topic's end, everything is tried for the first time."""
        trusted = [each for each, following in moved.items() if self._reached_all(each, following)]
        for each in trusted:
            self.footing.settled_at.pop(each, None)
        if trusted:
            await attempts.forget(self.carrier.pool, trusted)

    def _reached_all(self, partition: TopicPartition, following: int) -> bool:
        settled_at, end = self.footing.settled_at.get(partition), self.footing.consumer.highwater(partition)
        return settled_at is not None and (following >= settled_at + self.batch_max_records or (end is not None and following >= end))


def _end(raws: Sequence[Raw]) -> int:
    return raws[-1].offset + 1
