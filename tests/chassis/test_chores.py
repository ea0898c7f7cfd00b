"""What a reader does between two batches may fail: nobody is kept from reading by it, and whatever else is to be done is done (H13)."""

from collections.abc import Sequence
from uuid import uuid4

import asyncpg
import pytest

from chassis import chores
from chassis.chores import Chores
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.ordering import Wish
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, record_on
from tests.chassis.house import Witness
from tests.chassis.ordering import answers, has_read, ordered
from tests.chassis.tellings import amended, created
from tests.waiting import until

PARTITIONS = RECORDS.partitions


async def test_what_cannot_be_done_now_keeps_nothing_else_from_being_done_and_is_met_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "EVERY_SECONDS", 0.0)
    done = list[str]()

    async def cannot() -> None:
        done.append("failed")
        raise OSError

    async def can() -> None:
        done.append("done")

    between = Chores([cannot, can])
    await between()
    await between()

    assert done == ["failed", "done", "failed", "done"]


async def test_tellings_flow_on_while_an_order_meets_a_database_that_cannot_carry_it_out(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "EVERY_SECONDS", 0.1)
    intel, record, other, tries = await house("intel"), uuid4(), uuid4(), list[str]()
    witness = Witness(poison={str(record)})

    async def not_now(batch: Batch, _tx: Transaction) -> None:
        if any(each.envelope.subject == str(record) for each in batch):
            tries.append("tried")
            raise asyncpg.InsufficientPrivilegeError

    async with intel.opened(Room("intel", {"records": witness.hear})) as running:
        await intel.tell(created(record))
        await has_read(intel, 1)
        witness.poison.clear()
        witness.and_then = not_now
        await ordered(intel, Wish.REDRIVE, reason="poison")
        for version in range(1, 6):
            await _is_met_again(tries)
            await intel.tell(amended(other, version))
            await has_read(intel, 1 + version)
            assert await running.complaints() == []

        witness.and_then = _bear_it
        (answer,) = await answers(intel, 1)

    assert answer["complaint"] is None
    assert await intel.versions(record) == [1]
    assert await intel.versions(other) == [1, 2, 3, 4, 5]


async def test_an_order_is_carried_out_while_every_reading_fails(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "EVERY_SECONDS", 0.1)
    intel, record, tries = await house("intel"), uuid4(), list[str]()
    witness = Witness(poison={str(record)})

    async def not_now(_batch: Batch, _tx: Transaction) -> None:
        tries.append("tried")
        raise asyncpg.InsufficientPrivilegeError

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(record))
        await has_read(intel, 1)
        witness.and_then = not_now
        await intel.tell(*[created(record_on(each)) for each in range(PARTITIONS) for _ in range(3)])
        await until(lambda: len(tries) > PARTITIONS, "every reading fails")
        await ordered(intel, Wish.DISCARD, reason="poison")
        (answer,) = await answers(intel, 1)

    assert answer["complaint"] is None
    assert await intel.fetchval("select sum(next)::int from positions") == 1


async def _is_met_again(tries: Sequence[str]) -> None:
    before = len(tries)
    await until(lambda: len(tries) > before, "the order is met again")


async def _bear_it(_batch: Batch, _tx: Transaction) -> None:
    """The database is there again."""
