"""One partition message by message, where its messages may have ended the process: what is to blame is found, and held."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiokafka import TopicPartition

from chassis import attempts
from chassis.attempts import UNREAD_FROM, Attempt
from chassis.carried import Carried
from chassis.failure import Fault, fault_of
from chassis.originals import Raw
from chassis.tries import Tries

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Apart:
    """Tries them for one reader, each in a transaction of its own."""

    tries: Tries

    async def carry(self, partition: TopicPartition, raws: Sequence[Raw], place: int, attempt: Attempt) -> Carried:
        """Apply or hold them from that place on, up to one that fails: `stuck` says why. `attempt` is what is known of earlier tries."""
        carried = Carried()
        for raw in raws:
            why = self._why_hopeless(partition, place, attempt)
            attempt = attempt.again(place, raw.offset + 1)
            try:
                done = await (self._one(partition, raw, attempt) if why is None else self._set_aside(partition, raw, attempt, why))
            except Exception as error:  # noqa: BLE001 - what failed is told with what came before it, and other partitions go on
                carried.stuck[partition] = error
                break
            carried.add(done)
            if partition not in done.moved:
                break
            place = done.moved[partition]
        return carried

    def _why_hopeless(self, partition: TopicPartition, place: int, attempt: Attempt) -> str | None:
        return attempts.why_hopeless(attempt.before(place), "handled") or self.tries.blame.why_hopeless(partition, place)

    async def _one(self, partition: TopicPartition, raw: Raw, attempt: Attempt) -> Carried:
        """Tried by itself. Where its data fails outside its handler, past its savepoint, it is held for that."""
        try:
            return await self.tries.once_more({partition: attempt}, {partition: [raw]}, {partition: attempt.next}, alone=True)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            return await self._set_aside(partition, raw, attempt, f"{type(error).__name__} when it was to be applied")

    async def _set_aside(self, partition: TopicPartition, raw: Raw, attempt: Attempt, why: str) -> Carried:
        """Held and not handled; as it came, unread, where even that fails over its data or is what ends the process or the session."""
        log.critical("hopeless", topic=partition.topic, partition=partition.partition, offset=raw.offset, why=why)
        place = attempt.next
        if attempt.tries > UNREAD_FROM or self.tries.blame.is_unbearable(partition, place):
            return await self._keep_unread(partition, raw, place, f"{why}, and while it was to be held")
        try:
            return await self.tries.hold_once_more({partition: attempt}, {partition: [raw]}, {partition: place}, why)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            return await self._keep_unread(partition, raw, place, f"{why}; {type(error).__name__} when it was to be held")

    async def _keep_unread(self, partition: TopicPartition, raw: Raw, place: int, why: str) -> Carried:
        kept = await self.tries.carrier.keep_unread(partition, raw, place, why)
        self.tries.blame.went_on(kept)
        return kept
