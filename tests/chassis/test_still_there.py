"""Whether what was told still lies there is looked at beside telling: no round waits for it, and what is told meanwhile is no finding."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka import TopicPartition

from chassis import agreement, own_ends, still_there
from chassis.agreement import ABSENT, Comparison
from chassis.database import Pool
from chassis.place import Place
from chassis.relay import Relay
from contracts.catalogue import BY_NAME
from landfall.topics import make_topics
from tests.chassis.disagreeing import administering, make_topic_again
from tests.chassis.house import House
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.waiting import until

pytestmark = pytest.mark.kafka

CHECKS = BY_NAME["checks.v1"]


class Looks:
    """What came of each look, of which none begins to ask Kafka while the gate is closed."""

    def __init__(self) -> None:
        self.begun, self.gate, self.found = asyncio.Event(), asyncio.Event(), list[Comparison]()

    async def compare(self, onlooker: Any, ends: Mapping[TopicPartition, Place]) -> Comparison:
        self.begun.set()
        await self.gate.wait()
        self.found.append(await agreement.compare(onlooker, ends))
        return self.found[-1]

    async def more(self, number: int) -> None:
        """Until so many more are over."""
        before = len(self.found)
        await until(lambda: len(self.found) >= before + number, f"it has looked {number} times more")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    found = Looks()
    monkeypatch.setattr(still_there, "compare", found.compare)
    monkeypatch.setattr(still_there, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(still_there, "AGAIN_SECONDS", 0.0)
    return found


async def _told(intel: House, pool: Pool) -> None:
    await say_all(pool, check_opened())
    await all_sent(intel)


async def _halts(intel: House) -> set[str]:
    return set((await own_ends.halted(intel.owner)).values())


async def test_what_is_told_while_it_looks_waits_for_nothing_and_is_no_finding(intel: House, pool: Pool, looks: Looks) -> None:
    async with relaying(intel) as (only,):
        await _told(intel, pool)
        await looks.begun.wait()
        for _ in range(3):
            await _told(intel, pool)
        looks.gate.set()
        await looks.more(2)
        assert only.pulse.relay_failure is None

    assert [each for each in looks.found if each.disagreeing] == []
    assert await _halts(intel) == set()
    assert len(await intel.on_topic(CHECKS.name)) == 4


async def test_a_topic_made_again_halts_once_it_is_looked_at(intel: House, pool: Pool, looks: Looks) -> None:
    async with relaying(intel):
        await _told(intel, pool)
        await make_topic_again(intel, CHECKS)
        looks.gate.set()

        async def it_halts() -> bool:
            return await _halts(intel) == {ABSENT}

        await until(it_halts, "the topic is halted")


async def test_that_kafka_does_not_answer_is_no_finding_and_is_complained_of_until_it_does(
    intel: House, pool: Pool, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "START_SECONDS", 0.5)
    looks.gate.set()
    async with relaying(intel) as (only,):
        await _told(intel, pool)
        async with administering(intel) as admin:
            await admin.delete_topics([intel.prefix + CHECKS.name])
        await until(lambda: bool(looks.found and looks.found[-1].leaderless), "Kafka does not answer about it")
        await until(lambda: _complains(only), "it says that nobody knows what lies there")
        await looks.more(1)
        assert (only.leading, only.pulse.relay_failure) == (True, None)
        assert await _halts(intel) == set()
        await make_topics(intel.kafka.bootstrap, [CHECKS], prefix=intel.prefix)
        await until(lambda: not _complains(only), "it complains no longer")

    assert await _halts(intel) == {ABSENT}


def _complains(relay: Relay) -> bool:
    return any(CHECKS.name in each and "still lies there" in each for each in relay.pulse.complaints)
