"""Whoever stops speaking to Kafka leaves no connection open behind it, and waits for nobody who does not answer."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis import clients
from chassis.broker import onlooker, producer
from chassis.clients import dismiss, start_client, stop_consumer
from tests.chassis.house import House
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.kafka

TIMES = 100
TURNS = 10_000
"""Of the loop, in which whatever is begun here is long done."""
TOO_MUCH = 64 * 1024 * 1024


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


async def stopped_as_its_fetches_fail(intel: House) -> None:
    looking = onlooker(intel.settings(), "cut-off")
    await start_client(looking)
    place = TopicPartition(f"{intel.prefix}checks.v1", 0)
    looking.assign([place])
    looking.seek(place, 0)
    fetches = looking._fetcher._pending_tasks  # noqa: SLF001 - nothing else shows it
    await until(lambda: bool(fetches), "it fetches")
    for each in [*looking._client._conns.values()]:  # noqa: SLF001 - as a broker that goes away ends them
        each.close()
    await asyncio.sleep(0)
    await stop_consumer(looking)
    assert looking._client._sync_task is None  # noqa: SLF001 - its client was closed


async def test_who_is_stopped_as_its_fetches_fail_is_stopped_whole(intel: House) -> None:
    with nothing_left_open():
        await stopped_as_its_fetches_fail(intel)


async def test_who_cannot_start_in_time_is_told_so(intel: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "STARTED_SECONDS", 0.5)
    looking = onlooker(intel.settings(), "cut-off")
    with intel.kafka.silent(), pytest.raises(KafkaTimeoutError, match="did not answer"):
        await asyncio.wait_for(start_client(looking), PATIENCE_SECONDS)

    await looking.stop()


async def test_a_producer_is_dismissed_at_once_though_nobody_takes_what_it_wrote(intel: House) -> None:
    sender = producer(intel.settings(), "cut-off")
    await start_client(sender)
    with intel.kafka.silent():
        (connection,) = sender.client._conns.values()  # noqa: SLF001 - more is written to it than the kernel takes
        connection._writer.write(bytes(TOO_MUCH))  # noqa: SLF001 - as above

        await asyncio.wait_for(dismiss(sender), PATIENCE_SECONDS)
        assert not connection.connected()
