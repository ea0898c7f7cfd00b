"""Trying a batch: together, then one by one where its data fails, then message by message where it may have ended the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from aiokafka import TopicPartition

from chassis import attempts
from chassis.attempts import ALONE_FROM, HOPELESS_FROM, UNTRIED, Attempt
from chassis.carry import Carried, Carrier, Polled
from chassis.failure import Fault, OverrunError, fault_of
from chassis.footing import Footing
from chassis.originals import Raw
from chassis.sift import ContradictionError

log = structlog.get_logger()

Places = Mapping[TopicPartition, int]


@dataclass(slots=True)
class Trying:
    """Tries batches for one reader. `owed`: tries to be taken back as soon as the database answers, before any is counted."""

    carrier: Carrier
    footing: Footing
    batch_max_records: int
    owed: list[dict[TopicPartition, Attempt]] = field(default_factory=list)

    async def carry(self, polled: Polled) -> Carried:
        """Apply a batch, or raise; partitions that were tried alone before that keep what they came to.

        Raises:
            ContradictionError: a partition must stop.
            Exception: infrastructure failed; see chassis.failure.
        """
        expected = {each: self.footing.expected[each] for each in polled}
        doubtful = {each for each in polled if self._is_doubtful(each)}
        if not doubtful:
            return await self._together(polled, expected)
        before = await self._tried_before(doubtful)
        alone = [each for each in sorted(doubtful) if before.get(each, UNTRIED).before(expected[each]) >= ALONE_FROM]
        counted = {each: before.get(each, UNTRIED).again(expected[each], _end(polled[each])) for each in doubtful.difference(alone)}
        carried = await self._counted(counted, {each: raws for each, raws in polled.items() if each not in alone}, expected)
        for each in alone:
            carried.add(await self._alone(each, polled[each], before[each]))
        await self._trust(carried.moved)
        return carried

    def _is_doubtful(self, partition: TopicPartition) -> bool:
        settled_at = self.footing.settled_at.get(partition)
        return settled_at is not None and self.footing.expected[partition] < settled_at + self.batch_max_records

    async def _tried_before(self, doubtful: set[TopicPartition]) -> dict[TopicPartition, Attempt]:
        while self.owed:
            await attempts.take_back(self.carrier.pool, self.owed[0])
            self.owed.pop(0)
        return await attempts.read(self.carrier.pool, doubtful)

    async def _together(self, polled: Polled, expected: Places) -> Carried:
        """As one, and where some telling's data will not have it, one by one, so that it alone is set aside."""
        try:
            return await self.carrier.carry(polled, expected)
        except ContradictionError:
            raise
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            log.warning("batch_failed", error=type(error).__name__, partitions=len(polled))
            return await self.carrier.carry(polled, expected, alone=True)

    async def _counted(self, counted: dict[TopicPartition, Attempt], polled: Polled, expected: Places) -> Carried:
        if not polled:
            return Carried()
        try:
            if counted:
                await attempts.count(self.carrier.pool, counted)
            return await self._together(polled, {each: expected[each] for each in polled})
        except Exception as error:
            await self._take_back_if_not_to_blame(error, counted)
            raise

    async def _alone(self, partition: TopicPartition, raws: Sequence[Raw], attempt: Attempt) -> Carried:
        """Message by message, each in its own transaction; one that was tried alone and came to no end is held."""
        carried = Carried()
        for raw in raws:
            tried = attempt.before(raw.offset)
            if tried >= HOPELESS_FROM:
                log.critical("hopeless", topic=partition.topic, partition=partition.partition, offset=raw.offset, tries=tried)
                why = f"the process ended, or a statement never did, {tried} times or more while it was handled"
                done = await self.carrier.carry({partition: [raw]}, {partition: raw.offset}, hopeless=why)
            else:
                attempt = attempt.again(raw.offset, raw.offset + 1)
                done = await self._counted({partition: attempt}, {partition: [raw]}, {partition: raw.offset})
            carried.add(done)
            if partition not in done.moved:
                break
        return carried

    async def _take_back_if_not_to_blame(self, error: Exception, counted: dict[TopicPartition, Attempt]) -> None:
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
