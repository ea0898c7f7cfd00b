"""The parts of a running service: one that dies takes the others with it, and none is left behind."""

import asyncio
from typing import Protocol

import structlog

log = structlog.get_logger()


class Loop(Protocol):
    """A part that goes round until `stopping` is set."""

    stopping: asyncio.Event

    async def run(self) -> None: ...


async def until_one_ends(stop: asyncio.Event, tasks: list["asyncio.Task[None]"]) -> None:
    """Wait for the word to stop, or for the first part that ends by itself."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def end(tasks: list["asyncio.Task[None]"]) -> None:
    """What has not ended by itself in its time of grace, or was never asked to, is cancelled.

    More than once if need be: up to Python 3.11 a wait that ends at that very moment swallows its cancellation.
    """
    while pending := [each for each in tasks if not each.done()]:
        for each in pending:
            each.cancel()
        await asyncio.wait(pending, timeout=1)


def complain_of_the_dead(tasks: list["asyncio.Task[None]"]) -> None:
    """A part that died takes the service with it, so that a supervisor sees it.

    Raises:
        BaseException: what the part died of.
    """
    for each in tasks:
        if each.done() and not each.cancelled() and (error := each.exception()) is not None:
            log.error("part_died", part=each.get_name(), error=type(error).__name__)
            raise error
