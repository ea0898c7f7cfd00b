"""A service of the tests' own in a thread of its own, which can be made to stand still as a process does that is given no time."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chassis.app import serve
from chassis.room import Room
from landfall.children import free_port
from tests.chassis.house import House

SESSION_MS = 18_000
"""Kafka's group does not miss who stands still for as long as it takes to make a topic again."""


@dataclass(frozen=True)
class Apart:
    """One instance of a service on an event loop of its own."""

    loop: asyncio.AbstractEventLoop

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """It does nothing and hears nothing meanwhile; then it goes on where it was."""
        stands, goes_on = threading.Event(), threading.Event()

        def stand() -> None:
            stands.set()
            goes_on.wait()

        self.loop.call_soon_threadsafe(stand)
        await asyncio.to_thread(stands.wait)
        try:
            yield
        finally:
            goes_on.set()


@asynccontextmanager
async def opened_apart(house: House, room: Room) -> AsyncIterator[Apart]:
    """The service at work; on leaving it is stopped."""
    settings = house.settings(http_port=free_port()).model_copy(update={"kafka_session_timeout_ms": SESSION_MS})
    loop, stopping = asyncio.new_event_loop(), asyncio.Event()
    serving = asyncio.create_task(asyncio.to_thread(_run, loop, serve(room, settings, stopping)))
    try:
        yield Apart(loop)
    finally:
        if not serving.done():
            loop.call_soon_threadsafe(stopping.set)
        await serving


def _run(loop: asyncio.AbstractEventLoop, service: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(service)
