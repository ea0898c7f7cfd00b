"""A recall that is told to stop puts nothing down and leaves nothing locked; the next one begins anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis import recall
from chassis.database import Transaction
from chassis.occasion import Received
from contracts.codes import Cohort
from contracts.records import RecordCreated
from services.intel.app import room as intel_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.house import House
from tests.faults.outsiders import has_heard, standing, tell
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka


async def _told_and_restored(house: FreshHouse, backup: Path) -> tuple[House, dict[str, list[Any]]]:
    """An intel whose database is older than what it told; what was put down before it was restored."""
    intel, people = await house("intel"), [uuid4() for _ in range(20)]
    async with intel.opened(intel_room()):
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people[:10]], version=1)
        await has_heard(intel, 10)
        await back_up(intel.superuser_url, backup)
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people[10:]], version=1)
        await has_heard(intel, 20)
    before = dict(await standing(intel))
    await restore(intel.superuser_url, intel.name, backup)
    return intel, before


async def test_who_is_stopped_in_the_midst_of_a_recall_has_put_down_nothing_and_the_next_recalls_all(
    house: FreshHouse, tmp_path: Path
) -> None:
    intel, before = await _told_and_restored(house, tmp_path / "backup")
    restored, recalled = await standing(intel), list[Any]()

    async def take_long(cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
        await intel_room().recall(cause, facts, tx)
        recalled.extend(facts)
        await asyncio.sleep(3600 if len(recalled) > 5 else 0)

    async with intel.opened(replace(intel_room(), recall=take_long)) as running:
        await until(lambda: len(recalled) > 5, "it is in the midst of it")
        assert await running.complains_of(recall.TAKES_BACK)
        running.stopping.set()
        await until(running.task.done, "it has ended")

    assert await standing(intel) == restored != before
    async with intel.opened(intel_room()) as running:
        await until(running.ready, "it is ready")
    assert await standing(intel) == before
