"""Statistics restored from a backup tell each figure anew, above the versions that dashboards have seen, and complain of none (H8)."""

from pathlib import Path
from uuid import uuid4

import pytest

from services.stats.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.figures import last_on_topic
from tests.chassis.house import House
from tests.chassis.relaying import all_sent
from tests.chassis.tellings import created
from tests.faults.outsiders import has_heard
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka


async def _figures(stats: House) -> dict[str, tuple[int, int]]:
    """Version and value of each, as dashboards have them."""
    return {name: (told.version or 0, told.data.value) for name, told in (await last_on_topic(stats)).items()}


async def test_figures_that_moved_since_the_backup_are_told_anew_and_complained_of_no_longer(house: FreshHouse, tmp_path: Path) -> None:
    stats = await house("stats")
    async with stats.opened(room()):
        await stats.tell(created(uuid4()), created(uuid4()))
        await has_heard(stats, 2)
        backup = await back_up(stats.superuser_url, tmp_path / "backup")
        for heard in (3, 4, 5):
            await stats.tell(created(uuid4()))
            await has_heard(stats, heard)
    before = await _figures(stats)

    await restore(stats.superuser_url, "stats", backup)
    async with stats.opened(room()) as running:
        await has_heard(stats, 5)
        await until(running.ready, "it complains of nothing")
        await all_sent(stats)

    after = await _figures(stats)
    assert {name: value for name, (_, value) in after.items()} == dict.fromkeys(before, 5)
    assert all(after[name][0] > before[name][0] for name in before)
