"""A partition that has no leader waits alone: the others are read, and nobody starts the service again for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chassis import hearing, lookout, watch
from chassis import pulse as pulses
from chassis.earlier import MADE_AGAIN
from chassis.place import digest
from chassis.recall import NOT_HEARD
from contracts.catalogue import BY_NAME
from tests.chassis.disagreeing import PARTITIONS, RECORDS, halts, has_effects, record_on, room, says_halted
from tests.chassis.house import House
from tests.chassis.probes import ills
from tests.chassis.tellings import amended, created
from tests.places.second_broker import FIRST, SECOND, SecondBroker, beside, has_no_leader, make_led_by
from tests.waiting import LONG_SECONDS, until

pytestmark = pytest.mark.kafka

ALONE = 3
CHECKS = BY_NAME["checks.v1"]


@pytest_asyncio.fixture
async def second(intel: House, tmp_path: Path) -> AsyncIterator[SecondBroker]:
    """The leader of one partition of all that intel hears."""
    async with beside(intel.kafka, tmp_path) as broker:
        leaders = {each: SECOND if each == ALONE else FIRST for each in PARTITIONS}
        await make_led_by(intel.kafka, intel.prefix, RECORDS, leaders)
        yield broker


async def _loses_its_leader(intel: House, second: SecondBroker) -> None:
    second.kill()
    await until(lambda: has_no_leader(intel.kafka, intel.prefix + RECORDS.name, ALONE), "the partition has no leader")


async def test_whose_partition_loses_its_leader_is_not_started_again_for_it_and_reads_the_others(
    intel: House, second: SecondBroker, monkeypatch: pytest.MonkeyPatch, answers: list[Any]
) -> None:
    monkeypatch.setattr(watch, "SURE_SECONDS", 0.0)
    async with intel.opened(room()) as running:
        await intel.tell(created(record_on(ALONE)), created(record_on(4)))
        await has_effects(intel, 2)
        await _loses_its_leader(intel, second)
        monkeypatch.setattr(pulses, "LIVE_SECONDS", 3.0)
        await until(lambda: len(answers) > 2, "it has asked about what it does not hear of", LONG_SECONDS)

        assert await ills(running) == []
        await intel.tell(created(record_on(4)))
        await has_effects(intel, 3)


async def test_who_is_started_while_a_partition_has_no_leader_reads_the_others_and_names_it_until_it_has_one(
    intel: House, second: SecondBroker
) -> None:
    alone, other = record_on(ALONE), record_on(4)
    async with intel.opened(room()):
        await intel.tell(created(alone), created(other))
        await has_effects(intel, 2)
    await intel.tell(amended(alone, 2))
    await _loses_its_leader(intel, second)

    async with intel.opened(room()) as running:
        await intel.tell(amended(other, 2))
        await has_effects(intel, 3)
        complaint = f"{intel.prefix}records.v1/{ALONE} is not read: Kafka does not answer about it"
        await until(lambda: running.complains_of(complaint), "it names the one that has no leader")
        assert await ills(running) == []

        await second.start()
        await has_effects(intel, 4)
        await until(running.ready, "it is ready")
    assert (await intel.versions(alone), await intel.versions(other)) == ([1, 2], [1, 2])


async def test_a_topic_made_again_is_noticed_on_one_partition_while_another_has_no_leader(
    intel: House, second: SecondBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "COMPARE_SECONDS", 0.0)
    async with intel.opened(room()) as running:
        await intel.tell(created(record_on(ALONE)), created(record_on(4)))
        await has_effects(intel, 2)
        both = "select count(*) = 2 from earlier_place where next = 1"
        await until(lambda: intel.fetchval(both), "of both the place of a while ago is known")
        await until(running.ready, "it is ready")
        await _loses_its_leader(intel, second)
        # Nothing that lies there can be replaced while another partition of it has no leader: what is known of it is, instead.
        await intel.owner.execute("update earlier_place set last_digest = $1 where partition = 4", digest(b"the value that was lost"))
        await says_halted(intel, running, 4)

    assert await halts(intel) == {4: MADE_AGAIN}


async def test_who_cannot_hear_what_it_told_says_so_and_waits_until_it_can(
    intel: House, second: SecondBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_led_by(intel.kafka, intel.prefix, CHECKS, dict.fromkeys(range(CHECKS.partitions), SECOND))
    second.kill()
    await until(lambda: has_no_leader(intel.kafka, intel.prefix + CHECKS.name, 0), "its own topic has no leader")
    monkeypatch.setattr(hearing, "PATIENCE_SECONDS", 3.0)

    async with intel.opened(room()) as running:
        await running.says(NOT_HEARD)
        assert await ills(running) == []

        await second.start()
        await until(running.ready, "it is ready")
