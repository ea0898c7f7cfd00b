"""A place that an operator has moved while its reader found fault with it is not halted, and nobody complains of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import place
from chassis.assignment import Assignment
from chassis.broker import onlooker
from chassis.database import Pool, Transaction
from chassis.footing import Footing
from chassis.occasion import Batch
from chassis.pulse import Pulse
from chassis.room import Room
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, halts, handle, has_effects, record_on
from tests.chassis.house import House, Witness
from tests.chassis.ordering import BY, WHY, operator
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.waiting import until

pytestmark = pytest.mark.kafka


@asynccontextmanager
async def _footing(intel: House) -> AsyncIterator[tuple[Footing, TopicPartition]]:
    """Of a reader that has been given one partition and has not settled it yet."""
    at = TopicPartition(intel.prefix + RECORDS.name, 3)
    consumer, looking = AIOKafkaConsumer(bootstrap_servers=intel.kafka.bootstrap), onlooker(intel.settings(), "test")
    async with consumer, looking:
        consumer.assign([at])
        assignment = Assignment()
        assignment.unsettled = {at}
        yield Footing(consumer, looking, assignment, intel.owner, Pulse()), at


async def test_what_an_operator_moves_past_while_its_batch_is_in_hand_is_not_complained_of(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), record_on(3), record_on(4)
    in_hand, moved = asyncio.Event(), asyncio.Event()

    async def wait_for_the_operator(_batch: Batch, _tx: Transaction) -> None:
        in_hand.set()
        await moved.wait()

    await handle(intel, record)
    await intel.tell(expected_to_travel(record, 1, uuid4()), created(other))
    async with intel.opened(Room("intel", {"records": Witness(and_then=wait_for_the_operator).hear})) as running:
        await in_hand.wait()
        await move(operator(intel), RECORDS.name, [3], "end", by=BY, reason=WHY)
        moved.set()
        await intel.tell(amended(record, 2))
        await has_effects(intel, 3)
        await until(running.ready, "it complains of nothing")

    assert await halts(intel) == {}
    assert await intel.versions(record) == [1, 2]


async def test_a_place_that_was_moved_since_it_was_looked_at_is_settled_anew_and_not_complained_of(house: FreshHouse) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3))
    async with _footing(intel) as (footing, at):
        await footing.settle()
        await move(operator(intel), RECORDS.name, [3], "start", by=BY, reason=WHY)

        assert not await footing.halt(at, "another value lies before it", 1)

        assert (footing.pulse.halts, footing.assignment.unsettled, footing.expected) == ({}, {at}, {})
        await footing.settle()
        assert (footing.pulse.halts, footing.expected) == ({}, {at: 0})


async def test_a_place_that_is_moved_just_before_it_would_be_halted_is_looked_at_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    intel, halt = await house("intel"), place.halt
    await handle(intel, record_on(3))
    await intel.owner.execute("update positions set last_digest = $1 where partition = 3", place.digest(b"another value"))

    async def after_the_operator(pool: Pool, partition: TopicPartition, why: str, at: int | None = None) -> bool:
        await move(operator(intel), RECORDS.name, [3], "start", by=BY, reason=WHY)
        return await halt(pool, partition, why, at)

    monkeypatch.setattr(place, "halt", after_the_operator)
    async with _footing(intel) as (footing, at):
        await footing.settle()
        assert (footing.pulse.halts, footing.assignment.unsettled) == ({}, {at})

        await footing.settle()

        assert (footing.pulse.halts, footing.expected) == ({}, {at: 0})


async def test_a_partition_that_was_halted_and_moved_before_it_is_settled_again_is_complained_of_no_longer(house: FreshHouse) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3))
    async with _footing(intel) as (footing, at):
        await footing.halt(at, "another value lies before it", 1)
        assert footing.pulse.halts == {at: "another value lies before it"}
        await move(operator(intel), RECORDS.name, [3], "start", by=BY, reason=WHY)

        await footing.settle()

        assert (footing.pulse.halts, footing.expected) == ({}, {at: 0})
