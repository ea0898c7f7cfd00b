"""Whatever dies in the middle, every telling has its effect once."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.tellings import amended, created
from tests.waiting import until

NUMBER = 300


async def _at_least(house: House, number: int) -> bool:
    return bool(await house.fetchval("select count(*) >= $1 from effect", number))


async def _tell_in_turns(house: House, number: int) -> Counter[object]:
    """So many records, created and then amended; the ids of all that was told."""
    records = [uuid4() for _ in range(number // 2)]
    ids = await house.tell(*map(created, records), *[amended(each, 2) for each in records])
    return Counter(ids)


async def test_with_connections_ended_in_the_middle_every_telling_has_its_effect_once(house: FreshHouse) -> None:
    intel, endings = await house("intel"), 0

    async def end_our_own_connection(batch: Batch, tx: Transaction) -> None:
        nonlocal endings
        if batch and endings < 5:
            endings += 1
            assert await intel.end_connections(await tx.fetchval("select pg_backend_pid()")) == 1
            await tx.fetchval("select 1")

    async with intel.opened(Room("intel", {"records": Witness(and_then=end_our_own_connection).hear}), batch_max_records=50) as running:
        told = await _tell_in_turns(intel, NUMBER)
        await until(lambda: _at_least(intel, NUMBER), "every telling has an effect")
        await until(running.ready, "the service has recovered")

    assert endings == 5
    assert Counter(await intel.effects()) == told
    assert await intel.held() == {}


async def _cut_off(house: House) -> bool:
    """Whether there were connections to end: those ended a moment ago may not have been made again yet."""
    return await house.end_connections() > 1


async def test_with_every_connection_ended_at_once_every_telling_has_its_effect_once(house: FreshHouse) -> None:
    intel = await house("intel")

    async with intel.opened(Room("intel", {"records": Witness().hear}), batch_max_records=10) as running:
        await until(running.ready, "the service is ready")
        told = Counter[object]()
        for _ in range(3):
            told += await _tell_in_turns(intel, NUMBER // 3)
            await until(lambda: _cut_off(intel), "its connections were ended")
        await until(lambda: _at_least(intel, NUMBER), "every telling has an effect")

    assert Counter(await intel.effects()) == told


async def test_a_service_that_was_stopped_goes_on_where_it_was(house: FreshHouse) -> None:
    intel, room, enough = await house("intel"), Room("intel", {"records": Witness().hear}), asyncio.Event()
    told = await _tell_in_turns(intel, NUMBER)

    async def stop_soon(_batch: Batch, tx: Transaction) -> None:
        if await tx.fetchval("select count(*) >= 40 from effect"):
            enough.set()
            first.stopping.set()

    async with intel.opened(Room("intel", {"records": Witness(and_then=stop_soon).hear}), batch_max_records=20) as first:
        await until(enough.is_set, "some are handled")
    in_between = await intel.fetchval("select count(*) from effect")
    async with intel.opened(room, batch_max_records=20):
        await until(lambda: _at_least(intel, NUMBER), "every telling has an effect")
    async with intel.opened(room) as running:
        await until(running.ready, "it is ready a third time")

    assert in_between < NUMBER
    assert Counter(await intel.effects()) == told


async def test_kafka_s_own_memory_of_where_we_are_is_not_believed(house: FreshHouse) -> None:
    intel, room = await house("intel"), Room("intel", {"records": Witness().hear})
    async with intel.opened(room):
        told = await _tell_in_turns(intel, 20)
        await until(lambda: _at_least(intel, 20), "every telling has an effect")

    await intel.owner.execute("delete from effect; delete from seen; update positions set next = 0, last_digest = null")
    async with intel.opened(room):
        await until(lambda: _at_least(intel, 20), "all are read again, because the database says so")

    assert Counter(await intel.effects()) == told


async def test_of_two_instances_one_is_cut_off_in_the_middle_and_every_telling_has_its_effect_once(house: FreshHouse) -> None:
    intel, caught = await house("intel"), asyncio.Event()

    async def stay(batch: Batch, tx: Transaction) -> None:
        if batch and await intel.fetchval("select count(*) >= 100 from effect"):
            caught.set()
            await tx.execute("select pg_sleep(30)")

    survivor = Room("intel", {"records": Witness().hear})
    doomed = Room("intel", {"records": Witness(and_then=stay).hear})
    async with intel.opened(survivor, batch_max_records=10) as one, intel.opened(doomed, batch_max_records=10) as other:
        await until(one.ready, "one is ready")
        await until(other.ready, "the other is ready")
        told = await _tell_in_turns(intel, NUMBER)
        await until(caught.is_set, "the doomed one has a batch in hand")
        other.task.cancel()
        await until(lambda: _at_least(intel, NUMBER), "the survivor has taken over all of it")

    assert Counter(await intel.effects()) == told
    assert await intel.held() == {}


async def test_a_service_whose_tables_are_missing_waits_for_them_and_holds_nothing(house: FreshHouse) -> None:
    intel = await house("intel")
    await intel.owner.execute("alter table effect rename to not_yet")

    async with intel.opened(Room("intel", {"records": Witness().hear})) as running:
        told = await _tell_in_turns(intel, 10)
        await until(lambda: running.complains_of("the last batch failed with UndefinedTableError"), "it says what it lacks")
        await intel.owner.execute("alter table not_yet rename to effect")
        await until(lambda: _at_least(intel, 10), "every telling has an effect")

    assert Counter(await intel.effects()) == told
    assert await intel.held() == {}


async def test_an_outage_while_tellings_are_taken_one_by_one_holds_none_of_them(house: FreshHouse) -> None:
    intel, poison, outages = await house("intel"), created(uuid4()), 0

    async def fail_when_alone(batch: Batch, _tx: Transaction) -> None:
        nonlocal outages
        if len(batch) == 1 and outages < 3:
            outages += 1
            raise asyncpg.CannotConnectNowError

    told = [created(uuid4()) for _ in range(20)]
    await intel.tell(*told[:10], poison, *told[10:])
    witness = Witness(poison={poison.subject}, and_then=fail_when_alone)
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await until(lambda: _at_least(intel, 20), "every other telling has an effect")

    assert outages == 3
    assert sorted(await intel.effects()) == sorted(each.id for each in told)
    assert [each["subject"] for each in (await intel.held()).values()] == [poison.subject]
