"""The loop that reads: what it polls is carried in one transaction, and what fails is read again, never skipped."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from chassis.carry import Polled
from chassis.corrupt import read_up_to
from chassis.failure import fault_of
from chassis.footing import Footing, WentBackError
from chassis.pulse import Pulse
from chassis.reading import CANNOT_UNPACK
from chassis.sift import ContradictionError
from chassis.trying import Trying

POLL_MS = 200
HURRIED_MS = 2
COURTESY_SECONDS = 5.0
COURTESY_PATIENCE_SECONDS = 2.0
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

log = structlog.get_logger()


@dataclass(slots=True)
class Listener:
    """Reads for one service until told to stop."""

    consumer: AIOKafkaConsumer
    footing: Footing
    trying: Trying
    pulse: Pulse
    on_commit: Callable[[], Awaitable[None]]
    when_idle: Callable[[], Awaitable[None]] | None
    chores: Callable[[], Awaitable[None]]
    hurried: Callable[[], bool]
    batch_max_records: int
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    courtesy_at: float = 0.0

    async def run(self) -> None:
        """Read until `stopping` is set; a batch in hand is finished first.

        Raises:
            WentBackError: the database was restored under this service.
        """
        try:
            while not self.stopping.is_set():
                self.pulse.turned("listener")
                await self._turn()
        finally:
            await self.trying.tries.pay()

    async def _turn(self) -> None:
        try:
            await self.footing.settle()
            went_on = await self._round()
        except WentBackError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever else happened, the place is read anew and nothing is skipped
            await self._wait_after(error)
        else:
            if went_on or not self.pulse.progress.lagging:
                self.pulse.recovered()
        self.pulse.turned("listener")
        await self.chores()

    async def _round(self) -> bool:
        """Whether anything was carried. What failed comes again only some polls later, and an empty one is no recovery from it."""
        polled = await self._poll()
        fit = {each: fitting for each, raws in polled.items() if (fitting := await self.footing.fitting(each, raws))}
        if fit:
            await self._carry(fit)
            await self._courtesy_commit()
        elif not polled and self.when_idle is not None:
            await self.when_idle()
        return bool(fit)

    async def _poll(self) -> Polled:
        try:
            polled: Polled = await self.consumer.getmany(
                timeout_ms=HURRIED_MS if self.hurried() else POLL_MS, max_records=self.batch_max_records
            )
        except CANNOT_UNPACK:
            return await read_up_to(self.footing, self.batch_max_records)
        return polled

    async def _carry(self, polled: Polled) -> None:
        try:
            carried = await self.trying.carry(polled)
        except BaseException:
            self.footing.doubt(polled)
            raise
        self.footing.went_on(carried.moved)
        places = {each: self.footing.expected.get(each) for each in carried.stuck}
        self.footing.doubt([each for each, raws in polled.items() if carried.moved.get(each) != raws[-1].offset + 1])
        self.pulse.carried(carried)
        await self.on_commit()
        for each, error in carried.stuck.items():
            if isinstance(error, ContradictionError):
                await self.footing.halt(each, str(error), places[each])
        for error in carried.stuck.values():
            if not isinstance(error, ContradictionError):
                raise error

    async def _wait_after(self, error: Exception) -> None:
        """A bounded, jittered wait; what failed is read again from its stored place, never from memory."""
        self.pulse.failed(error)
        failures = self.pulse.failures
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(failures, 10))
        log.error("listening_failed", error=type(error).__name__, failures=failures, fault=fault_of(error).name)
        try:
            await asyncio.wait_for(self.stopping.wait(), timeout=longest * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret
        except TimeoutError:
            return

    async def _courtesy_commit(self) -> None:
        """Tell Kafka how far we are, for lag monitors alone; our own place is in the database. Its client would try without end."""
        if not self.footing.expected or monotonic() - self.courtesy_at < COURTESY_SECONDS:
            return
        self.courtesy_at = monotonic()
        try:
            async with asyncio.timeout(COURTESY_PATIENCE_SECONDS):
                await self.consumer.commit(dict(self.footing.expected))
        except (KafkaError, TimeoutError) as error:
            log.info("courtesy_commit_failed", error=type(error).__name__)
