"""A release that is put back on what a newer one held: what it does not know waits, and hinders nothing."""

from chassis.ordering import Wish
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import room
from tests.chassis.house import Running, asked
from tests.chassis.ordering import carried_out, has_read
from tests.waiting import until

COUNTED = 'landfall_held{family="landings.v1",reason="unknown-type"} 1.0'


async def test_what_a_newer_release_held_of_a_topic_of_its_own_hinders_no_order_and_is_counted(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 1)
    await intel.owner.execute("update held set topic = 'landings.v1', reason = 'unknown-type'")

    async with intel.opened(room()) as running:
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 2)
        assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None
        await until(lambda: _is_counted(running), "what the newer release held is counted")
        assert await carried_out(intel, Wish.REDRIVE, reason="unknown-type") == "ValueError while the order was carried out"

    assert await intel.reasons() == ["unknown-type"]


async def _is_counted(running: Running) -> bool:
    return COUNTED in (await asked(running, "GET", "/metrics")).text
