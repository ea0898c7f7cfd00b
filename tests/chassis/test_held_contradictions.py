"""What is held of a version is its content: another one halts its partition as if the first had been heard (H8)."""

from uuid import UUID

import pytest

from chassis import originals
from chassis.ordering import Wish
from chassis.room import Room
from chassis.taking_up import CONTRADICTS
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import halts, record_on, says_halted
from tests.chassis.house import House, Witness
from tests.chassis.ordering import carried_out, has_read, held_versions, nothing_is_held, older_release, ordered
from tests.chassis.tellings import amended, created, other_content, raw

HELD_BEFORE = """
insert into held (held_id, topic, partition, "offset", reason, complaint, subject, version, original, held_at)
select gen_random_uuid(), topic, partition, "offset", 'after-poison', complaint, subject, 1, $1, held_at from held
"""


@pytest.mark.kafka
async def test_other_content_of_a_version_that_failed_halts_its_partition_and_the_first_is_redriven_as_ever(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    witness = Witness(poison={str(record)})
    async with intel.opened(Room("intel", {"records": witness.hear})) as running:
        await intel.tell(created(record), amended(record, 2))
        await has_read(intel, 2)
        await intel.tell(other_content(record))
        await says_halted(intel, running, 3)
        assert await held_versions(intel) == [(1, "poison"), (2, "after-poison")]

        witness.poison.clear()
        assert await carried_out(intel, Wish.REDRIVE, version=1) is None

    assert await intel.versions(record) == [1, 2]
    assert "version 1 of a subject came again with other content" in (await halts(intel))[3]


@pytest.mark.kafka
async def test_other_content_of_a_version_of_an_unknown_type_is_not_applied_in_its_place(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    intel, record = await house("intel"), record_on(3)
    room = Room("intel", {"records": Witness().hear})
    with older_release(monkeypatch, "record-created.v1"):
        async with intel.opened(room) as running:
            await intel.tell(created(record))
            await has_read(intel, 1)
            await intel.tell(other_content(record))
            await says_halted(intel, running, 3)

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.effects() == [(await _first_on_the_topic(intel))]


async def _first_on_the_topic(intel: House) -> UUID:
    first, *_ = await intel.on_topic("records.v1")
    return first.id


async def test_what_is_told_again_while_it_is_held_contradicts_nothing_and_is_applied_once(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    witness, first = Witness(poison={str(record)}), created(record)
    async with intel.opened(Room("intel", {"records": witness.hear})) as running:
        await intel.tell(first)
        await has_read(intel, 1)
        await intel.tell(first, amended(record, 2))
        await has_read(intel, 3)
        assert await running.ready()
        witness.poison.clear()
        await ordered(intel, Wish.REDRIVE, reason="poison")
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2]


async def test_what_contradicts_what_was_heard_is_given_back_and_its_discard_names_no_version(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    async with intel.opened(Room("intel", {"records": Witness(poison={str(record)}).hear})):
        await intel.tell(created(record))
        await has_read(intel, 1)
        await intel.owner.execute("insert into seen values ('records.v1', $1, 1, '\\x0000000000000001')", str(record))  # the true one

        assert await carried_out(intel, Wish.REDRIVE, version=1) == CONTRADICTS
        assert await carried_out(intel, Wish.DISCARD, version=1) is None
        await nothing_is_held(intel)

    (discard,) = await intel.on_topic("discards.intel.v1")
    assert (discard.data.told_about, discard.data.version) == (record, None)


async def test_what_contradicts_is_given_back_and_not_what_lay_at_the_same_place_before_its_topic_was_made_again(
    house: FreshHouse,
) -> None:
    intel, record = await house("intel"), record_on(3)
    witness = Witness()
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(record))
        await has_read(intel, 1)
        witness.poison.add(str(record))
        await intel.tell(amended(record, 2))
        await has_read(intel, 2)
        witness.poison.clear()
        await intel.owner.execute(HELD_BEFORE, originals.pack(raw(other_content(record).to_bytes(), 1)))
        assert await carried_out(intel, Wish.REDRIVE, version=2) is None

    assert await intel.versions(record) == [1, 2]
    assert await held_versions(intel) == [(1, "poison")]
