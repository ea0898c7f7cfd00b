"""A facts topic was made again and told again since the backup: that its end says nothing any more hides nothing that was told (H8)."""

from pathlib import Path
from uuid import UUID

import pytest

from chassis.agreement import DIFFERENT
from contracts.catalogue import BY_NAME
from landfall.replay import replay_said
from services.intel.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again, record_on
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.tellings import created
from tests.faults.outsiders import has_heard, standing, tell, told_on_topics
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

CHECKS = BY_NAME["checks.v1"]
WHY = {"by": "ACRO-1", "reason": "checks.v1 was lost with its broker"}


async def _hear_of(intel: House, record: UUID, heard: int) -> None:
    await tell(intel, created(record).data, version=1)
    await has_heard(intel, heard)


async def _make_the_report_due(intel: House) -> None:
    await intel.owner.execute("update intel_check set due_day = opened_day")

    async def is_told() -> bool:
        return len(await intel.values_on(CHECKS.name)) == 2

    await until(is_told, "the report is sent")


async def _replay(intel: House, lying: int) -> None:
    await replay_said(operator(intel), CHECKS.name, **WHY)

    async def all_lies_there() -> bool:
        return len(await intel.values_on(CHECKS.name)) == lying

    await until(all_lies_there, f"{lying} tellings lie there")


async def test_what_was_told_since_the_backup_on_a_topic_that_was_made_again_is_recalled_and_its_topic_told_on(
    house: FreshHouse, tmp_path: Path
) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        await _hear_of(intel, record_on(3), 1)
        await _make_the_report_due(intel)
        await _hear_of(intel, record_on(3), 2)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await _hear_of(intel, record_on(3), 3)
        await make_topic_again(intel, CHECKS)
        await _replay(intel, 4)
    before, topics = await standing(intel), await told_on_topics(intel)

    await restore(intel.superuser_url, "intel", backup)
    async with intel.opened(room()) as running:
        await until(lambda: running.complains_of(f"nothing is told on {intel.prefix}{CHECKS.name}: {DIFFERENT}"), "its topic is halted")
        await has_heard(intel, 3)
        await _replay(intel, 4)
        await until(running.ready, "it is ready")
        await _hear_of(intel, record_on(3), 4)

    after = await standing(intel)
    assert set(before["said"]) < set(after["said"])
    assert set(before["intel_check"]) < set(after["intel_check"])
    assert set(topics[CHECKS.name]) < set((await told_on_topics(intel))[CHECKS.name])
    assert [len(await intel.values_on(CHECKS.name)), len(after["said"])] == [5, 5]
