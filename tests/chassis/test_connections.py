"""Whoever is stopped as it starts to speak to Kafka leaves no connection open behind it."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chassis.broker import onlooker, start_client
from tests.chassis.house import House

pytestmark = pytest.mark.kafka

TIMES = 100
TURNS = 10_000
"""Of the loop, in which whatever is begun here is long done."""


@contextmanager
def nothing_left_open() -> Iterator[None]:
    """A connection that nobody knows any more complains as it is thrown away."""
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always", ResourceWarning)
        yield
        gc.collect()
    assert [str(each.message) for each in complaints if "AIOKafkaConnection" in str(each.message)] == []


async def cut_off(begun: "asyncio.Task[Any]", after: int) -> int:
    """After so many turns of the loop, or when it is done; after how many it was."""
    for turn in range(after):
        if begun.done():
            return turn
        await asyncio.sleep(0)
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    return after


async def test_who_is_stopped_as_it_starts_leaves_no_connection_open(intel: House) -> None:
    async def starts_and_is_stopped(turns: int) -> int:
        looking = onlooker(intel.settings(), "cut-off")
        needed = await cut_off(asyncio.create_task(start_client(looking)), turns)
        await looking.stop()
        return needed

    whole = await starts_and_is_stopped(TURNS)
    with nothing_left_open():
        for each in range(TIMES):
            await starts_and_is_stopped(whole * each // TIMES)
