"""What is heard of a subject while something of it is taken up waits until that is done, whoever does it (H13)."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from chassis.answering import MOST_TRIES
from chassis.calendar import Calendar
from chassis.carry import Carrier
from chassis.clock import LiveClock
from chassis.database import Pool, Transaction, open_pool
from chassis.occasion import Batch
from chassis.ordering import Wish, order
from chassis.orders import Orders
from chassis.room import Room
from chassis.stops import limits_of
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House, Witness
from tests.chassis.ordering import BY, WHY, has_read, nothing_is_held, older_release, ordered
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.waiting import until

WHO_WAITS = "select pid from pg_locks where not granted"
WAITS = f"select exists ({WHO_WAITS})"


@pytest.mark.kafka
async def test_what_comes_while_its_predecessor_is_redriven_waits_for_it_and_is_not_left_behind(
    intel: House, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H13: one instance redrives version 2 while the other, which owns the partition, hears version 3."""
    handling, goes_on = asyncio.Event(), asyncio.Event()

    async def take_long_over_the_second(batch: Batch, _tx: Transaction) -> None:
        if any(each.envelope.version == 2 for each in batch):
            handling.set()
            await goes_on.wait()

    room = Room("intel", {"records": Witness(and_then=take_long_over_the_second).hear})
    with older_release(monkeypatch, "record-amended.v1"):
        async with intel.opened(room):
            await intel.tell(created(record), amended(record, 2))
            await has_read(intel, 2)

    async with open_pool(intel.settings(), "one") as pool:
        one = asyncio.create_task(_orders(intel, room, pool).carry_out())
        await until(handling.is_set, "one instance redrives version 2")
        async with intel.opened(room) as other:
            await until(other.ready, "the other reads")
            await intel.tell(expected_to_travel(record, 3, uuid4()))
            await _waits_for_the_lock_or_has_read(intel, 3)
            assert await intel.fetchval("select sum(next) from positions") == 2
            goes_on.set()
            await one
            await has_read(intel, 3)
            await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3]


async def _to_be_redriven(intel: House, *records: UUID) -> tuple[Witness, Room]:
    """What was held of them as poison can be borne now."""
    witness = Witness(poison=set(map(str, records)))
    room = Room("intel", {"records": witness.hear})
    async with intel.opened(room):
        await intel.tell(*map(created, records))
        await has_read(intel, len(records))
    await ordered(intel, Wish.REDRIVE)
    witness.poison.clear()
    return witness, room


async def test_an_order_that_waits_for_the_lock_was_not_tried_yet(intel: House, record: UUID) -> None:
    _, room = await _to_be_redriven(intel, record)

    async with open_pool(intel.settings(), "one") as pool:
        for _ in range(MOST_TRIES + 1):
            async with intel.owner.acquire() as tx, tx.transaction():
                await tx.execute("select from positions for update")
                waiting = asyncio.create_task(_orders(intel, room, pool).carry_out())
                await until(lambda: intel.fetchval(WAITS), "it waits for the lock")
                assert await intel.end_connections(await intel.fetchval(WHO_WAITS)) == 1
                await asyncio.wait([waiting])
                assert waiting.exception() is not None
        await _orders(intel, room, pool).carry_out()

    assert await intel.versions(record) == [1]


async def test_an_order_in_whose_midst_the_service_is_told_to_end_was_not_tried(intel: House, record: UUID) -> None:
    witness, room = await _to_be_redriven(intel, record)

    async with open_pool(intel.settings(), "one") as pool:
        for _ in range(MOST_TRIES + 1):
            handling = Handling()
            witness.and_then = handling.take_long
            under_way = asyncio.create_task(_orders(intel, room, pool).carry_out())
            await until(handling.began.is_set, "it is under way")
            under_way.cancel()
            await asyncio.wait([under_way])
        witness.and_then = Witness().and_then
        await _orders(intel, room, pool).carry_out()

    assert await intel.versions(record) == [1]


async def test_orders_about_a_partition_are_left_to_the_instance_that_is_busy_with_them(intel: House) -> None:
    one, other = record_on(3), record_on(3)
    (witness, room), handling = await _to_be_redriven(intel, one, other), Handling()
    witness.and_then = handling.take_long

    async with open_pool(intel.settings(), "one") as first, open_pool(intel.settings(), "other") as second:
        busy = asyncio.create_task(_orders(intel, room, first).carry_out())
        await until(handling.began.is_set, "one instance is busy with the first")
        beside = asyncio.create_task(_orders(intel, room, second).carry_out())
        await until(beside.done, "the other has nothing to do")
        assert await intel.effects() == []
        handling.goes_on.set()
        await busy

    assert (await intel.versions(one), await intel.versions(other)) == ([1], [1])


async def test_what_is_ordered_about_something_that_is_being_taken_up_waits_and_is_not_lost_with_it(intel: House, record: UUID) -> None:
    witness, handling = Witness(poison={str(record)}), Handling()
    room = Room("intel", {"records": witness.hear})
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 2))
        await has_read(intel, 2)
    await ordered(intel, Wish.REDRIVE, reason="poison")
    witness.poison.clear()
    witness.and_then = handling.take_long

    async with open_pool(intel.settings(), "one") as pool:
        redriving = asyncio.create_task(_orders(intel, room, pool).carry_out())
        await until(handling.began.is_set, "it is redriven, and what stands behind it with it")
        behind = await intel.fetchval("select held_id from held where version = 2")
        discarding = asyncio.create_task(order(intel.owner, [behind], Wish.DISCARD, BY, WHY))
        await until(lambda: discarding.done() or intel.fetchval(WAITS), "the order waits, or was written")
        handling.goes_on.set()
        await redriving

    assert await discarding == 0
    assert await intel.versions(record) == [1, 2]


@dataclass
class Handling:
    """A handler that takes as long as the test wants."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def take_long(self, _batch: Batch, _tx: Transaction) -> None:
        self.began.set()
        await self.goes_on.wait()


def _orders(house: House, room: Room, pool: Pool) -> Orders:
    clock, limits = LiveClock(), limits_of(house.settings())
    return Orders(Carrier(room, pool, clock, Calendar(room, clock, house.prefix), house.prefix, limits), _nothing_to_wake)


async def _nothing_to_wake() -> None:
    """No relay runs beside it."""


async def _waits_for_the_lock_or_has_read(house: House, number: int) -> None:
    async def it_does() -> bool:
        waits = await house.fetchval(WAITS)
        return bool(waits or await house.fetchval("select sum(next) = $1 from positions", number))

    await until(it_does, "version 3 waits for the lock of its partition, or was heard")
