"""Carries what was said to the broker: one leader for each service, in order, deleting only what the broker acknowledged."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from chassis.database import connect
from chassis.hearing import OlderDatabaseError
from chassis.leadership import LOCK, Leadership
from chassis.outbox import Connection
from chassis.pulse import Pulse
from chassis.settings import Settings

STAND_ASIDE = "stand_aside"
LEAD = "select pg_try_advisory_lock($1)"

log = structlog.get_logger()


@dataclass(slots=True)
class Relay:
    """The relay of one process; it sends only while it holds the service's one lock.

    `make`: what it leads as. `aside`: an operator's command waits for the lock.
    """

    settings: Settings
    name: str
    pulse: Pulse
    sweep_seconds: float = 0.5
    send_seconds: float = 30.0
    round_messages: int = 1000
    make: type[Leadership] = Leadership
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    leadership: Leadership | None = None
    aside: bool = False

    @property
    def leading(self) -> bool:
        return self.leadership is not None

    def wake(self) -> None:
        """Something was committed."""
        self.woken.set()

    def stop(self) -> None:
        self.stopping.set()
        self.woken.set()

    def stand_aside(self, *_: object) -> None:
        """An operator's command waits for the lock; who has it then leads on (`landfall/leading.py`)."""
        self.aside = True
        self.woken.set()

    async def run(self) -> None:
        """Lead or wait to lead, until told to stop. Whatever fails, lock, connection and producer are all taken anew.

        Raises:
            OlderDatabaseError: the database was restored under this service, which has to start again.
        """
        while not self.stopping.is_set():
            self.pulse.turned("relay")
            try:
                await self._serve()
            except OlderDatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - nothing else that happens here may end the relay
                self.pulse.relay_failure = type(error).__name__
                log.error("relay_failed", error=type(error).__name__)
                await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311 - jitter is no secret

    async def _serve(self) -> None:
        connection = await connect(self.settings, f"{self.name}-relay")
        try:
            while not await connection.fetchval(LEAD, LOCK):
                self.pulse.relay_failure = None
                if await self._rest():
                    return
            await self._lead(connection)
        finally:
            connection.terminate()

    async def _lead(self, connection: Connection) -> None:
        self.aside = False
        await connection.add_listener(STAND_ASIDE, self.stand_aside)
        leadership = self.make(self.settings, self.name, self.pulse, connection, self.wake, self.send_seconds, self.round_messages)
        try:
            await leadership.begin()
            self.leadership = leadership
            while True:
                await leadership.catch_up()
                while await leadership.round() and not (leadership.unsure or self.aside):
                    pass
                if self.stopping.is_set() or self.aside:
                    return
                await self._rest()
        finally:
            self.leadership = None
            await leadership.end()

    async def _rest(self) -> bool:
        """Wait to be woken, at most until the next sweep; whether it is time to stop."""
        self.pulse.turned("relay")
        if not self.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), self.sweep_seconds)
        self.woken.clear()
        return self.stopping.is_set()
