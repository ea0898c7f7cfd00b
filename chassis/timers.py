"""Under the live clock what is due is looked for every second; under the event clock a day's end brings it.

Under the live clock it is the day before this one that is over.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.database import Pool
from chassis.ids import uuid7
from chassis.occasion import Occasion
from chassis.pulse import Pulse
from chassis.room import Room
from chassis.settings import ClockKind

EVERY_SECONDS = 1.0
A_DAY = timedelta(days=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Timers:
    """Fires one service's timers."""

    room: Room
    pool: Pool
    clock: Clock
    on_commit: Callable[[], Awaitable[None]]
    pulse: Pulse
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until told to stop. A failure is logged and met again at the next second: what is due stays due."""
        while not self.stopping.is_set():
            self.pulse.turned("timers")
            if self.clock.kind is ClockKind.LIVE:
                try:
                    await self.fire()
                except Exception as error:  # noqa: BLE001 - what is due stays due, whatever failed
                    self.pulse.timers_failure = type(error).__name__
                    log.error("timers_failed", error=type(error).__name__)
            try:
                await asyncio.wait_for(self.stopping.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue

    async def fire(self) -> None:
        """Once.

        Raises:
            Exception: infrastructure failed, and nothing is left behind; see chassis.failure.
        """
        occasion = Occasion(self.clock.now(), uuid7())
        async with self.pool.acquire() as tx, tx.transaction():
            failed = await self.room.on_due(occasion, occasion.day - A_DAY, tx)
        self.pulse.fell_due(failed)
        await self.on_commit()
