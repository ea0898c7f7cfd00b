"""A backup made while reading was stopped: what was handled since is recalled all the same, and the stop stands as it stood (H8)."""

from pathlib import Path
from typing import Any

import pytest

from chassis import stops
from services.intel.app import room as intel_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY
from tests.faults.outsiders import create, has_heard, standing
from tests.places.backup import back_up, restore
from tests.places.superuser import connected
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

LIMITS = {"stop_after": 1}


async def _stops(intel: House) -> list[tuple[Any, ...]]:
    async with connected(intel.superuser_url) as connection:
        return [tuple(row) for row in await connection.fetch("select * from stop")]


async def _clear(intel: House) -> None:
    async with connected(intel.superuser_url) as connection:
        assert await stops.clear(connection, stops.ALL, BY, WHY)


async def test_a_stop_that_stood_when_the_backup_was_made_hinders_no_recall_and_stands_again_as_it_was(
    house: FreshHouse, tmp_path: Path
) -> None:
    intel = await house("intel")
    async with intel.opened(intel_room(), **LIMITS):
        await create(intel, 3)
        await has_heard(intel, 3)
        await intel.tell_raw(b"no JSON")
        await has_heard(intel, 4)
        stopped = await _stops(intel)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await _clear(intel)
        await create(intel, 10)
        await has_heard(intel, 14)
    checks = (await standing(intel))["intel_check"]

    await restore(intel.superuser_url, intel.name, backup)
    async with intel.opened(intel_room(), **LIMITS) as running:
        await until(lambda: running.complains_of(f"reading everything is stopped: {stopped[0][1]}: 1 of it"), "it is stopped as it was")
        recalled = await standing(intel)
        assert await _stops(intel) == stopped
        await _clear(intel)
        await create(intel, 1)
        await has_heard(intel, 15)

    assert recalled["intel_check"] == checks
    assert len(checks) == 13
    assert len((await standing(intel))["intel_check"]) == 14


async def test_what_was_not_read_any_more_under_a_stop_is_not_held_by_a_recall_and_stops_reading_again(
    house: FreshHouse, tmp_path: Path
) -> None:
    intel = await house("intel")
    async with intel.opened(intel_room(), **LIMITS, batch_max_records=1):
        await create(intel, 1)
        await has_heard(intel, 1)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell_raw(b"no JSON")
        await has_heard(intel, 2)
        for _ in range(3):
            await intel.tell_raw(b"no JSON")
        await intel.owner.execute("update intel_check set due_day = opened_day")
        await until(lambda: _has_told(intel, 2), "the report is sent all the same")
    before = await standing(intel)

    await restore(intel.superuser_url, intel.name, backup)
    async with intel.opened(intel_room(), **LIMITS, batch_max_records=1) as running:
        await running.says("is stopped")

    after = await standing(intel)
    assert {name: after[name] for name in ("positions", "held", "said")} == {name: before[name] for name in ("positions", "held", "said")}


async def _has_told(intel: House, number: int) -> bool:
    return len(await intel.values_on("checks.v1")) == number
