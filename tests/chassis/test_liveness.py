"""A process is started again only where that helps: when a loop of its own stands still, or Kafka answers others and not it."""

import asyncio
from typing import Any

import pytest

from chassis import pulse as pulses
from chassis import watch
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.house import Running
from tests.chassis.probes import ills
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
