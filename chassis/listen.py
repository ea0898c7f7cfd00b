"""The loop that reads: settles each partition on its stored place before a value of it is looked at, and never skips one."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from chassis import agreement, place
from chassis.carry import Carried, Carrier, Polled
from chassis.database import Pool
from chassis.failure import Fault, fault_of
from chassis.held import Raw
from chassis.pulse import Pulse
from chassis.sift import ContradictionError

POLL_MS = 200
HURRIED_MS = 2
COURTESY_SECONDS = 5.0
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

log = structlog.get_logger()


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Pauses what is assigned, at once and without awaiting: values are fetched while a listener waits, and its errors vanish."""

    def __init__(self) -> None:
        self.consumer_of: Callable[[], AIOKafkaConsumer] | None = None
        self.unsettled: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.unsettled -= revoked

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        if self.consumer_of is not None:
            self.consumer_of().pause(*assigned)
        self.unsettled |= assigned


@dataclass(slots=True)
class Listener:
    """Reads for one service until told to stop."""

    consumer: AIOKafkaConsumer
    onlooker: AIOKafkaConsumer
    assignment: Assignment
    carrier: Carrier
    pool: Pool
    pulse: Pulse
    on_commit: Callable[[], Awaitable[None]]
    when_idle: Callable[[], Awaitable[None]]
    hurried: Callable[[], bool]
    batch_max_records: int
    expected: dict[TopicPartition, int] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    courtesy_at: float = 0.0

    async def run(self) -> None:
        """Read until `stopping` is set; a batch in hand is finished first."""
        while not self.stopping.is_set():
            try:
                await self._settle()
                await self._round()
            except Exception as error:  # noqa: BLE001 - whatever happened, the place is read anew and nothing is skipped
                await self._wait_after(error)
            else:
                self.failures = 0

    async def _round(self) -> None:
        self.pulse.polled()
        polled = await self.consumer.getmany(timeout_ms=HURRIED_MS if self.hurried() else POLL_MS, max_records=self.batch_max_records)
        fit = {each: raws for each, raws in polled.items() if self._fits(each, raws)}
        if fit:
            await self._carry(fit)
            await self._courtesy_commit()
        elif not polled:
            await self.when_idle()

    async def _settle(self) -> None:
        """Bring every newly assigned or doubtful partition to its stored place, or leave it paused if place and topic disagree."""
        assigned = self.consumer.assignment()
        self.expected = {each: following for each, following in self.expected.items() if each in assigned}
        doubtful = self.assignment.unsettled & assigned
        if not doubtful:
            return
        self.consumer.pause(*doubtful)
        places = await place.read(self.pool, doubtful)
        missing = doubtful - places.keys()
        if missing:
            await place.begin(self.pool, await agreement.starts_of(self.onlooker, missing))
            places |= await place.read(self.pool, missing)
        readable = {each: found for each, found in places.items() if found.halted is None}
        disagreeing = await agreement.disagreements(self.onlooker, readable)
        for each, why in disagreeing.items():
            await self._halt(each, why)
        for each, found in places.items():
            if found.halted is not None:
                self.pulse.halted(each, found.halted)
        self._resume({each: found.next for each, found in readable.items() if each not in disagreeing})
        self.assignment.unsettled -= doubtful
        self.pulse.settled = True

    def _resume(self, places: dict[TopicPartition, int]) -> None:
        for each, following in places.items():
            if each in self.consumer.assignment():
                self.expected[each] = following
                self.consumer.seek(each, following)
                self.consumer.resume(each)

    def _fits(self, partition: TopicPartition, raws: list[Raw]) -> bool:
        """Whether these values follow the place without a hole; if not the place is settled anew before anything is read."""
        following = self.expected.get(partition)
        dense = following is not None and [raw.offset for raw in raws] == list(range(following, following + len(raws)))
        if not dense:
            self._doubt([partition])
        return dense

    def _doubt(self, partitions: Iterable[TopicPartition]) -> None:
        still = set(partitions) & self.consumer.assignment()
        self.consumer.pause(*still)
        self.assignment.unsettled |= still
        for each in still:
            self.expected.pop(each, None)

    async def _carry(self, polled: Polled) -> None:
        try:
            carried = await self._carry_or_alone(polled)
        except ContradictionError as error:
            at = error.coordinates
            await self._halt(TopicPartition(self.carrier.topic_prefix + at.topic, at.partition), str(error))
            self._doubt(polled)
            return
        except BaseException:
            self._doubt(polled)
            raise
        self.expected |= carried.moved
        self._doubt(polled.keys() - carried.moved.keys())
        self.pulse.carried(carried)
        await self.on_commit()

    async def _carry_or_alone(self, polled: Polled) -> Carried:
        """As one, and where some telling's data will not have it, one by one, so that it alone is set aside."""
        expected = {each: self.expected[each] for each in polled}
        try:
            return await self.carrier.carry(polled, expected)
        except ContradictionError:
            raise
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            log.warning("batch_failed", error=type(error).__name__, partitions=len(polled))
            return await self.carrier.carry(polled, expected, alone=True)

    async def _halt(self, partition: TopicPartition, why: str) -> None:
        await place.halt(self.pool, partition, why)
        self.pulse.halted(partition, why)
        log.critical("partition_halted", topic=partition.topic, partition=partition.partition, why=why)

    async def _wait_after(self, error: Exception) -> None:
        """A bounded, jittered wait; what failed is read again from its stored place, never from memory."""
        self.failures += 1
        self.pulse.failed(error)
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(self.failures, 10))
        log.error("listening_failed", error=type(error).__name__, failures=self.failures, fault=fault_of(error).name)
        try:
            await asyncio.wait_for(self.stopping.wait(), timeout=longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret
        except TimeoutError:
            return

    async def _courtesy_commit(self) -> None:
        """Tell Kafka how far we are, for lag monitors alone; our own place is in the database."""
        if monotonic() - self.courtesy_at < COURTESY_SECONDS:
            return
        self.courtesy_at = monotonic()
        try:
            await self.consumer.commit(dict(self.expected))
        except KafkaError as error:
            log.info("courtesy_commit_failed", error=type(error).__name__)
