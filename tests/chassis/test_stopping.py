"""A service ends in order, and never leaves a part of itself behind."""

import asyncio
import socket
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaConnectionError

from chassis.app import serve
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.house import House, Witness
from tests.chassis.relaying import open_checks
from tests.chassis.tellings import created
from tests.waiting import until

OURS = "select count(*) = 0 from pg_stat_activity where usename = 'intel' and datname = current_database()"


async def _is_gone(house: House) -> bool:
    return bool(await house.fetchval(OURS))


async def test_a_taken_port_ends_the_service_with_a_word_about_it(house: FreshHouse) -> None:
    intel = await house("intel")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = intel.settings(http_port=taken.getsockname()[1])

        with pytest.raises(OSError, match="set LANDFALL_HTTP_PORT to a port that is free"):
            await serve(room(), settings, asyncio.Event())

    await until(lambda: _is_gone(intel), "no connection is left")


async def test_a_service_without_kafka_ends_and_leaves_nothing(house: FreshHouse) -> None:
    intel = await house("intel")
    settings = intel.settings().model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})

    with pytest.raises(KafkaConnectionError, match="Unable to bootstrap"):
        await serve(room(), settings, asyncio.Event())

    await until(lambda: _is_gone(intel), "no connection is left")


async def test_a_service_that_is_cut_off_leaves_no_part_running(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        running.task.cancel()
        await until(running.task.done, "it has ended")

        await until(lambda: _is_gone(intel), "no connection is left")
        assert await running.complaints() == ["it does not answer yet"]


async def test_a_service_that_is_stopped_sends_what_it_said_before_it_ends(house: FreshHouse) -> None:
    intel = await house("intel")
    records = [uuid4() for _ in range(20)]
    async with intel.opened(Room("intel", {"records": Witness(and_then=open_checks).hear})) as running:
        await until(running.ready, "it is ready")
        await intel.tell(*[created(each) for each in records])

        async def handled() -> bool:
            return len(await intel.effects()) == len(records)

        await until(handled, "the tellings had their effects")

    assert running.task.done()
    assert {each.data.record_id for each in await intel.on_topic("checks.v1")} == set(records)
    assert await intel.fetchval("select count(*) from outbox") == 0
    await until(lambda: _is_gone(intel), "no connection is left")
