"""Trying a batch: together, and message by message those partitions where something may have ended the process."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from chassis import attempts
from chassis.apart import Apart
from chassis.attempts import ALONE_FROM, UNTRIED
from chassis.carried import Carried
from chassis.carry import Carrier, Polled
from chassis.database import answers
from chassis.footing import Footing
from chassis.last_handled import LastHandled
from chassis.originals import Raw
from chassis.tries import Counted, Places, Tries


@dataclass(slots=True)
class Trying:
    """Tries batches for one reader."""

    carrier: Carrier
    footing: Footing
    batch_max_records: int
    tries: Tries = field(init=False)
    apart: Apart = field(init=False)
    last_handled: LastHandled = field(init=False)

    def __post_init__(self) -> None:
        self.tries = Tries(self.carrier)
        self.apart = Apart(self.tries)
        self.last_handled = LastHandled(self.carrier.pool)

    async def carry(self, polled: Polled) -> Carried:
        """Apply a batch, or raise and leave it as it was, but for partitions that were tried alone.

        Of those, and of any that must stop at a contradiction, `stuck` says where they ended and why.

        Raises:
            Exception: infrastructure failed; see chassis.failure.
        """
        expected = {each: self.footing.expected[each] for each in polled}
        doubtful = {each for each in polled if self._is_doubtful(each)}
        before = await self.tries.before(doubtful) if doubtful else {}
        alone = [each for each in sorted(doubtful) if self._must_be_alone(each, expected[each], before)]
        counted = {each: before.get(each, UNTRIED).again(expected[each], _end(polled[each])) for each in doubtful.difference(alone)}
        carried = await self.tries.once_more(counted, {each: raws for each, raws in polled.items() if each not in alone}, expected)
        for each in alone:
            carried.add(await self.apart.carry(each, polled[each], expected[each], before.get(each, UNTRIED)))
            if carried.stuck and not await answers(self.carrier.pool):
                break
        await self.last_handled.after(carried)
        await self._trust({each: following for each, following in carried.moved.items() if each not in carried.stuck})
        return carried

    def _is_doubtful(self, partition: TopicPartition) -> bool:
        settled_at = self.footing.settled_at.get(partition)
        return settled_at is not None and self.footing.expected[partition] < settled_at + self.batch_max_records

    def _must_be_alone(self, partition: TopicPartition, place: int, before: Counted) -> bool:
        return before.get(partition, UNTRIED).before(place) >= ALONE_FROM or self.tries.blame.is_apart(partition, place)

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
