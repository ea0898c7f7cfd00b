"""Where place and topic no longer tell one story a partition halts, loudly and alone; nothing is skipped or reset in silence."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis import agreement, corrupt, offsets, values_before
from chassis.broker import onlooker
from chassis.place import Place, digest
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import (
    PARTITIONS,
    RECORDS,
    halts,
    handle,
    has_effects,
    record_on,
    room,
    says_halted,
    tell_in_a_transaction,
)
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.chassis.unpackable import tell_what_cannot_be_unpacked
from tests.waiting import until


@pytest.mark.kafka
async def test_two_contents_of_one_version_halt_their_partition_and_no_other(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), record_on(3), record_on(4)
    first = created(record)
    async with intel.opened(room()) as running:
        await intel.tell(first, created(other))
        await has_effects(intel, 2)
        await intel.tell(expected_to_travel(record, 1, uuid4()), amended(record, 2), amended(other, 2))

        await says_halted(intel, running, 3)
        await intel.tell(amended(other, 3))
        await has_effects(intel, 4)

    assert (await intel.versions(record), await intel.versions(other)) == ([1], [1, 2, 3])
    assert [*await halts(intel)] == [3]
    assert await intel.held() == {}


@pytest.mark.kafka
async def test_a_halted_partition_stays_halted_after_a_restart(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), record_on(3), record_on(4)
    await handle(intel, record)
    await intel.owner.execute("update positions set halted = 'an operator looks' where partition = 3")

    async with intel.opened(room()) as running:
        await intel.tell(amended(record, 2), created(other))
        await says_halted(intel, running, 3)
        await has_effects(intel, 2)

    assert await intel.versions(record) == [1]
    assert await halts(intel) == {3: "an operator looks"}


@pytest.mark.kafka
async def test_a_hole_that_a_transaction_leaves_halts_and_is_not_read_over(house: FreshHouse) -> None:
    intel, told, after = await house("intel"), created(record_on(3)), created(record_on(3))
    await tell_in_a_transaction(intel, 3, told)
    await intel.tell(after)

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        flowing = created(record_on(4))
        await intel.tell(flowing)
        await has_effects(intel, 2)

    assert await halts(intel) == {3: f"{offsets.HOLE} 2"}
    assert await intel.effects() == [told.id, flowing.id]


@pytest.mark.kafka
async def test_a_record_that_cannot_be_unpacked_halts_its_partition_and_no_other(house: FreshHouse) -> None:
    intel = await house("intel")
    await tell_what_cannot_be_unpacked(intel)
    others = [created(record_on(partition)) for partition in PARTITIONS if partition != 3]
    await intel.tell(*others)

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        await has_effects(intel, len(others))

    assert await halts(intel) == {3: f"{corrupt.CORRUPT} 0"}


@pytest.mark.kafka
async def test_a_record_that_cannot_be_unpacked_right_behind_the_stored_place_keeps_no_other_partition_from_being_read(
    house: FreshHouse,
) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3), record_on(4))
    await tell_what_cannot_be_unpacked(intel)
    await intel.tell(created(record_on(4)))

    async with intel.opened(room()) as running:
        await has_effects(intel, 3)
        await says_halted(intel, running, 3)

    assert await halts(intel) == {3: f"{corrupt.CORRUPT} 1"}


@pytest.mark.kafka
async def test_a_leader_that_knows_for_a_moment_of_less_than_was_applied_is_no_disagreement(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values_before, "LOOK_MS", 1)  # it has looked many times before the value is there
    intel, told = await house("intel"), created(record_on(3))
    at = TopicPartition(intel.prefix + RECORDS.name, 3)
    looking = onlooker(intel.settings(), "test")
    await looking.start()

    comparing = asyncio.create_task(agreement.compare(looking, {at: Place(1, digest(told.to_bytes()), None)}))
    await until(lambda: at in looking.assignment() and looking.highwater(at) == 0, "it is told that the topic ends before the place")
    await intel.tell(told)

    assert (await comparing).disagreeing == {}
    await looking.stop()


@pytest.mark.kafka
async def test_a_broker_that_does_not_answer_in_time_is_no_disagreement(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    intel, told = await house("intel"), created(record_on(3))
    await intel.tell(told)
    places = {TopicPartition(intel.prefix + RECORDS.name, 3): Place(1, digest(told.to_bytes()), None)}
    looking = onlooker(intel.settings(), "test")
    await looking.start()

    assert await agreement.disagreements(looking, places) == {}
    monkeypatch.setattr(agreement, "PATIENCE_SECONDS", 0)
    with pytest.raises(KafkaTimeoutError):
        await agreement.disagreements(looking, places)
    await looking.stop()
