"""A process is started again only where that helps: when a loop of its own stands still, or Kafka answers others and not it."""

import asyncio

import pytest

from chassis import pulse as pulses
from chassis import watch
from chassis.watch import Watch
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.house import Running
from tests.chassis.probes import ills
from tests.waiting import until

DEAF = "Kafka answers others and not this reader"


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.2)


async def _is_ill(running: Running) -> bool:
    return DEAF in await ills(running)


async def test_a_reader_that_has_stopped_asking_while_kafka_answers_others_must_be_started_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    intel = await house("intel")
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 2.0)
        for each in asyncio.all_tasks():
            if getattr(each.get_coro(), "__qualname__", "") == "Fetcher._fetch_requests_routine":
                each.cancel()

        await until(lambda: _is_ill(running), "it must be started again")


@pytest.mark.kafka
async def test_where_kafka_answers_nobody_it_would_not_help_to_start_again(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    intel, answers, others_are_answered = await house("intel"), list[bool](), Watch._others_are_answered  # noqa: SLF001 - to look on

    async def look_on(self: Watch) -> bool:
        answers.append(await others_are_answered(self))
        return answers[-1]

    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 2.0)
        monkeypatch.setattr(watch, "ANSWER_SECONDS", 1.0)
        monkeypatch.setattr(Watch, "_others_are_answered", look_on)
        with intel.kafka.silent():
            await until(lambda: answers != [], "it has asked for others")
            assert not await _is_ill(running)

    assert not answers[0]
