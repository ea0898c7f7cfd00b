"""What a stop that came in between kept from being read was not tried: it counts against no message (H10)."""

from uuid import uuid4

from chassis import stops
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Running, Witness
from tests.chassis.ordering import BY, WHY, has_read
from tests.chassis.tellings import created
from tests.waiting import until

STOPPED = "reading everything is stopped: another instance stopped it: 20 of it"

# Another instance stops the service between each count of this one and what it counted.
CUT_IN = """
create function cut_in() returns trigger language plpgsql security definer as $$
begin
    if tg_op = 'INSERT' or new.tries > old.tries then
        insert into stop (topic, why, held) values ('*', 'another instance stopped it', 20) on conflict do nothing;
    end if;
    return new;
end $$;
create trigger cut_in after insert or update on attempt for each row execute function cut_in();
"""


async def test_a_healthy_message_that_stops_cut_in_on_again_and_again_is_applied_in_the_end(house: FreshHouse) -> None:
    intel, record = await house("intel"), uuid4()
    await intel.owner.execute(CUT_IN)
    await intel.tell(created(record))

    async with intel.opened(Room("intel", {"records": Witness().hear})) as running:
        for _ in range(3):
            await until(lambda: _has_met_its_stop(intel, running), "it is stopped before it has read anything")
            await stops.clear(intel.owner, stops.ALL, BY, WHY)
        await until(lambda: _has_met_its_stop(intel, running), "it is stopped once more")
        await intel.owner.execute("drop trigger cut_in on attempt")
        await stops.clear(intel.owner, stops.ALL, BY, WHY)
        await has_read(intel, 1)

    assert await intel.versions(record) == [1]
    assert await intel.held() == {}


async def _has_met_its_stop(intel: House, running: Running) -> bool:
    """It complains only when it has read on into the stop; one that is cleared before is as if it had never been."""
    return bool(await intel.fetchval("select exists (select from stop)")) and await running.complains_of(STOPPED)
