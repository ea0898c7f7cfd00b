"""The parts of a running service: one that dies takes the others with it, and none is left behind."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger()


class CutShortError(Exception):
    """The word to stop came, or a part ended, before what was begun was done."""


class GivenUpError(RuntimeError):
    """A part was cancelled though nobody of ours cancelled it: what it did is not done, and nothing else says so."""


class Loop(Protocol):
    """A part that goes round until `stopping` is set."""

    stopping: asyncio.Event

    async def run(self) -> None: ...


async def until_one_ends(stop: asyncio.Event, tasks: Sequence["asyncio.Task[Any]"]) -> None:
    """Wait for the word to stop, or for the first part that ends by itself."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def unless_cut_short(doing: Coroutine[Any, Any, T], stop: asyncio.Event, tasks: Sequence["asyncio.Task[Any]"] = ()) -> T:
    """Do it, but no longer than until the word to stop comes or a part ends: then it is cancelled, and has put away what it had.

    Raises:
        CutShortError: it was not done.
        GivenUpError: it was not done, and nobody had it end.
    """
    task = asyncio.create_task(doing)
    try:
        await until_one_ends(stop, [task, *tasks])
    finally:
        by_itself = task.done()
        await end([task])
    if task.cancelled():
        raise GivenUpError if by_itself else CutShortError
    return task.result()


async def end(tasks: Sequence["asyncio.Task[Any]"]) -> None:
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
    for each in filter(asyncio.Task.done, tasks):
        error = GivenUpError(each.get_name()) if each.cancelled() else each.exception()
        if error is not None:
            log.error("part_died", part=each.get_name(), error=type(error).__name__)
            raise error
