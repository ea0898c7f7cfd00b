"""Of several orders about one subject each is carried out on what it is about, and on nothing that another one is about (H13)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.answering import TAKE_ON
from chassis.ordering import Wish, order
from chassis.room import Room
from tests.chassis.house import House, Witness
from tests.chassis.ordering import BY, WHY, answers, has_read, held_versions, nothing_is_held
from tests.chassis.tellings import amended, created

HELD = "select held_id from held where version = any($1::int[])"


@pytest.fixture
def witness(record: UUID) -> Witness:
    """A handler that cannot bear anything about the record."""
    return Witness(poison={str(record)})


@pytest_asyncio.fixture
async def room(intel: House, record: UUID, witness: Witness) -> Room:
    """The service, not at work, with the record's first telling held as poison and two more behind it; it could bear them now."""
    room = Room("intel", {"records": witness.hear})
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 2), amended(record, 3))
        await has_read(intel, 3)
    witness.poison.clear()
    return room


async def _order(intel: House, wish: Wish, *versions: int) -> None:
    held_ids = [row["held_id"] for row in await intel.owner.fetch(HELD, versions)]
    assert await order(intel.owner, held_ids, wish, BY, WHY) == len(versions)


async def _discarded(intel: House) -> list[int | None]:
    return [each.data.version for each in await intel.on_topic("discards.intel.v1")]


async def test_all_that_one_command_discards_is_discarded_and_nothing_of_it_is_applied(intel: House, record: UUID, room: Room) -> None:
    await _order(intel, Wish.DISCARD, 1, 2, 3)

    async with intel.opened(room):
        assert [(each["ordered"], each["complaint"]) for each in await answers(intel, 3)] == 3 * [("discard", None)]
        await intel.tell(amended(record, 4))
        await has_read(intel, 4)

    assert await intel.versions(record) == [4]
    assert await _discarded(intel) == [1, 2, 3]


async def test_what_is_ordered_to_be_discarded_is_not_applied_by_the_redrive_of_what_it_stands_behind(
    intel: House, record: UUID, room: Room
) -> None:
    await _order(intel, Wish.REDRIVE, 1)
    await _order(intel, Wish.DISCARD, 2)

    async with intel.opened(room):
        await answers(intel, 2)
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 3]
    assert await _discarded(intel) == [2]


async def test_what_stands_behind_another_that_something_is_ordered_about_waits_for_that(intel: House, record: UUID, room: Room) -> None:
    await intel.owner.execute("delete from held where version = 1")
    await intel.owner.execute("insert into seen values ('records.v1', $1, 1, '\\x0000000000000001')", str(record))
    await _order(intel, Wish.REDRIVE, 3)
    await _order(intel, Wish.DISCARD, 2)

    async with intel.opened(room):
        assert [each["complaint"] for each in await answers(intel, 2)] == ["an earlier telling of this subject is held", None]
        await nothing_is_held(intel)

    assert await intel.versions(record) == [3]


async def test_what_waits_in_a_gap_and_is_to_be_discarded_is_not_applied_when_the_gap_closes_before_that(
    intel: House, record: UUID, witness: Witness
) -> None:
    witness.poison.clear()
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(record), amended(record, 3), amended(record, 4))
        await has_read(intel, 3)
        async with _another_instance_is_busy_with_orders(intel):
            await _order(intel, Wish.DISCARD, 3)
            await intel.tell(amended(record, 2))
            await has_read(intel, 4)
            assert await held_versions(intel) == [(3, "gap"), (4, "gap")]
        assert [each["complaint"] for each in await answers(intel, 1)] == [None]
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 4]


async def test_what_waits_in_a_gap_and_is_to_be_discarded_is_not_applied_because_it_is_told_again(
    intel: House, record: UUID, witness: Witness
) -> None:
    witness.poison.clear()
    third = amended(record, 3)
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(record), third)
        await has_read(intel, 2)
        async with _another_instance_is_busy_with_orders(intel):
            await _order(intel, Wish.DISCARD, 3)
            await intel.tell(amended(record, 2), third, amended(record, 4))
            await has_read(intel, 5)
        assert [each["complaint"] for each in await answers(intel, 1)] == [None]
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 4]


@asynccontextmanager
async def _another_instance_is_busy_with_orders(intel: House) -> AsyncIterator[None]:
    async with intel.owner.acquire() as tx, tx.transaction():
        for row in await tx.fetch("select topic, partition from positions"):
            assert await tx.fetchval(TAKE_ON, row["topic"].removeprefix(intel.prefix), row["partition"])
        yield
