"""How much failed is counted in the database: a release that fails, is started again and fails again stops all the same (H12)."""

from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.ordering import has_read
from tests.waiting import until

LIMITS = {"stop_after": 3}


async def test_a_restart_brings_no_new_allowance(house: FreshHouse) -> None:
    intel = await house("intel")
    for number in (1, 2):
        async with intel.opened(room(), **LIMITS):
            await intel.tell_raw(b"no JSON")
            await has_read(intel, number)
    before = await intel.fetchval("select count(*) from stop")

    async with intel.opened(room(), **LIMITS):
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 3)

        async def it_stops() -> bool:
            return bool(await intel.fetchval("select held = 3 from stop where topic = '*'"))

        await until(it_stops, "the third in three starts stops the line")

    assert before == 0
