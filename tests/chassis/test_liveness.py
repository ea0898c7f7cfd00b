"""A process is started again only where that helps: when a loop of its own stands still, or Kafka answers others and not it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from chassis import listen, watch
from chassis import pulse as pulses
from chassis.database import Transaction, open_pool
from chassis.occasion import Batch
from chassis.ordering import Wish
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.house import Running, Witness
from tests.chassis.ordering import carried_out, has_read
from tests.chassis.probes import ills
from tests.chassis.relaying import all_sent, check_opened, say_all
from tests.chassis.severing import on_a_way_of_its_own
from tests.chassis.tellings import created
from tests.waiting import until

DEAF = "Kafka answers others and not this reader"


async def _is_ill(running: Running) -> bool:
    return DEAF in await ills(running)


def _stop_asking() -> None:
    for each in asyncio.all_tasks():
        if getattr(each.get_coro(), "__qualname__", "") == "Fetcher._fetch_requests_routine":
            each.cancel()


async def test_a_reader_that_has_stopped_asking_while_kafka_answers_others_must_be_started_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    intel = await house("intel")
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 5.0)
        _stop_asking()

        await until(lambda: _is_ill(running), "it must be started again")


async def test_a_reader_has_time_to_find_a_new_leader_by_itself_once_others_are_answered(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch, answers: list[Any]
) -> None:
    intel = await house("intel")
    monkeypatch.setattr(watch, "SURE_SECONDS", 3600.0)
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 5.0)
        _stop_asking()
        await until(lambda: len(answers) > 2, "others were answered more than once")

        assert answers[1] != {}
        assert not await _is_ill(running)


@pytest.mark.kafka
async def test_while_kafka_does_not_answer_a_reader_waits_for_nothing_but_its_next_values(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listen, "COURTESY_SECONDS", 0.0)
    intel, poison, handling, goes_on = await house("intel"), uuid4(), asyncio.Event(), asyncio.Event()
    witness = Witness(poison={str(poison)})
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(poison))
        await has_read(intel, 1)

        async def take_long(_batch: Batch, _tx: Transaction) -> None:
            handling.set()
            await goes_on.wait()

        witness.and_then = take_long
        await intel.tell(created(uuid4()))
        await until(handling.is_set, "it has a value in hand")
        with intel.kafka.silent():
            goes_on.set()
            await has_read(intel, 2)
            assert await carried_out(intel, Wish.DISCARD, reason="poison") is None


@pytest.mark.kafka
async def test_where_kafka_answers_nobody_it_would_not_help_to_start_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch, answers: list[Any]
) -> None:
    intel = await house("intel")
    monkeypatch.setattr(watch, "SURE_SECONDS", 0.0)
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 3.0)
        with intel.kafka.silent():
            await until(lambda: answers != [], "it has asked about what it does not hear of")
            assert not await _is_ill(running)

    assert answers[0] == {}


async def test_a_database_that_is_away_for_longer_than_a_loop_may_stand_still_gets_nobody_started_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()
    monkeypatch.setattr(listen, "LONGEST_WAIT_SECONDS", 0.5)
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.2)
    monkeypatch.setattr(watch, "PAUSES_PER_COUNT", 1)
    async with on_a_way_of_its_own(await house("intel")) as (intel, way), intel.opened(room(), stall_seconds=5.0) as running:
        away = f"{intel.prefix}records.v1: its place has not moved for more than 5 s"

        async def has_lasted() -> bool:
            told.extend(await ills(running))
            return await running.complains_of(away)

        await until(running.ready, "it is ready")
        async with open_pool(intel.settings(), "test") as pool:
            await say_all(pool, check_opened())
            await all_sent(intel)  # so that its relay is at work too
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 2.5)
        with way.away():
            await intel.tell(created(uuid4()))
            await until(has_lasted, "it has been away for longer than a loop may stand still")
        await until(running.ready, "it reads on")

    assert told == []
