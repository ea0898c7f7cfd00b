"""What fails in a row, and nothing is handled in between, stops the line however long it takes (H12)."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.room import Room
from landfall.children import Leash
from tests.chassis.conftest import FreshHouse
from tests.chassis.deadly import EVERYTHING
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House, Witness
from tests.chassis.supervisor import Supervisor
from tests.chassis.tellings import created
from tests.waiting import LONG_SECONDS, until

LATER = """
with later as (update last_handled set at = at - interval '2 days')
update held set kept_at = kept_at - interval '1 day'
"""
"""A day goes by after what was held, and more since anything was handled before."""


@pytest.mark.kafka
async def test_a_release_that_ends_over_every_message_stops_however_slowly_it_is_started_again(
    house: FreshHouse, leash: Leash, tmp_path: Path
) -> None:
    intel = await house("intel")
    await intel.tell(*[created(record_on(3)) for _ in range(12)])
    limits = {"LANDFALL_STOP_AFTER": "2", "LANDFALL_STOP_WITHIN_SECONDS": "1"}
    supervisor = Supervisor(intel, leash, tmp_path, "tests.chassis.deadly", DEADLY=EVERYTHING, **limits)
    try:

        async def it_stops() -> bool:
            supervisor.keep_running()
            return bool(await intel.fetchval("select exists (select from stop where topic = '*')"))

        def it_says_so() -> bool:
            supervisor.keep_running()
            return "reading everything is stopped" in supervisor.service.complaints()

        await until(it_stops, "reading is stopped", LONG_SECONDS)
        await until(it_says_so, "it runs and says why it reads nothing")
    finally:
        supervisor.service.end()

    held = await intel.held()
    spread = await intel.fetchval("select extract(epoch from max(kept_at) - min(kept_at)) from held")
    assert [row["reason"] for row in held.values()] == ["poison"] * 2
    assert spread > 1
    assert await intel.effects() == []


async def test_failures_that_lie_days_apart_stop_the_line_unless_something_was_handled_in_between(house: FreshHouse) -> None:
    intel, poison, fine = await house("intel"), [uuid4() for _ in range(3)], uuid4()
    room = Room("intel", {"records": Witness(poison=set(map(str, poison))).hear})
    async with intel.opened(room, stop_after=2, stop_within_seconds=1) as running:
        await _fails(intel, poison[0], 1)
        await intel.owner.execute(LATER)
        await intel.tell(created(fine))
        await until(lambda: _has_put_down_a_success(intel), "something was handled")
        await _fails(intel, poison[1], 2)
        stopped_before = await intel.fetchval("select count(*) from stop")
        await intel.owner.execute(LATER)
        await _fails(intel, poison[2], 3)
        await running.says("reading everything is stopped")

    assert stopped_before == 0
    assert await intel.fetchval("select held from stop where topic = '*'") == 2


async def _fails(house: House, record: UUID, number: int) -> None:
    """The so-many-th is held."""
    await house.tell(created(record))

    async def is_held() -> bool:
        return bool(await house.fetchval("select count(*) = $1 from held", number))

    await until(is_held, f"{number} are held")


async def _has_put_down_a_success(house: House) -> bool:
    return bool(await house.fetchval("select at > now() - interval '1 hour' from last_handled"))
