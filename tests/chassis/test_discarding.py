"""What is discarded or given up is exactly that, and nothing that would have been applied is lost with it (H13)."""

from uuid import UUID, uuid4

import pytest

from chassis import discarding
from chassis.ordering import Wish
from chassis.room import Room
from tests.chassis.house import House, Witness
from tests.chassis.ordering import answers, carried_out, has_read, held_versions, nothing_is_held, older_release, ordered
from tests.chassis.tellings import amended, created, expected_to_travel


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def room(witness: Witness) -> Room:
    return Room("intel", {"records": witness.hear})


async def _told_twice(intel: House, record: UUID, room: Room, witness: Witness) -> None:
    """The record's first telling is held as poison, and a second time behind itself; it could be borne now."""
    first = created(record)
    witness.poison.add(str(record))
    async with intel.opened(room):
        for read in (1, 2):
            await intel.tell(first)
            await has_read(intel, read)
    witness.poison.clear()


async def _discarded(intel: House) -> list[tuple[UUID | None, int | None]]:
    return [(each.data.told_about, each.data.version) for each in await intel.on_topic("discards.intel.v1")]


async def test_whoever_discards_what_tells_something_held_again_does_not_discard_that(
    intel: House, record: UUID, room: Room, witness: Witness
) -> None:
    await _told_twice(intel, record, room, witness)

    async with intel.opened(room):
        assert await carried_out(intel, Wish.DISCARD, reason="after-poison") is None
        assert await held_versions(intel) == [(1, "poison")]
        assert await carried_out(intel, Wish.REDRIVE, reason="poison") is None

    assert await intel.versions(record) == [1]
    assert await _discarded(intel) == [(record, None)]


async def test_a_telling_that_is_discarded_is_not_applied_because_it_is_held_twice(
    intel: House, record: UUID, room: Room, witness: Witness
) -> None:
    await _told_twice(intel, record, room, witness)

    async with intel.opened(room):
        await ordered(intel, Wish.DISCARD)
        assert [each["complaint"] for each in await answers(intel, 2)] == [None, None]

    assert await intel.versions(record) == []
    assert await _discarded(intel) == [(record, 1), (record, None)]


async def test_a_version_of_an_unknown_type_is_named_once_however_often_it_is_told_and_discarded(
    intel: House, record: UUID, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = amended(record, 2)
    with older_release(monkeypatch, "record-amended.v1"):
        async with intel.opened(room):
            await intel.tell(created(record), second, second)
            await has_read(intel, 3)
            await ordered(intel, Wish.DISCARD)
            assert [each["complaint"] for each in await answers(intel, 2)] == [None, None]
            await intel.tell(second)
            await has_read(intel, 4)
            assert await carried_out(intel, Wish.DISCARD) is None

    async with intel.opened(room):
        await intel.tell(second)
        await has_read(intel, 5)
        assert await carried_out(intel, Wish.DISCARD) is None

    assert await intel.versions(record) == [1]
    assert await _discarded(intel) == [(record, 2), *[(record, None)] * 3]


async def test_what_comes_after_it_was_given_up_is_named_once_more_where_it_is_discarded_and_no_third_time(
    intel: House, record: UUID, room: Room
) -> None:
    second = amended(record, 2)
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 3))
        await has_read(intel, 2)
        assert await carried_out(intel, Wish.RELEASE, version=3) is None
        for read in (3, 4):
            await intel.tell(second)
            await has_read(intel, read)
            assert await carried_out(intel, Wish.DISCARD, version=2) is None

    assert await intel.versions(record) == [1, 3]
    assert await _discarded(intel) == [(record, 2), (record, 2), (record, None)]


async def test_a_version_that_is_held_because_its_type_is_unknown_is_not_given_up(
    intel: House, record: UUID, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with older_release(monkeypatch, "record-amended.v1"):
        async with intel.opened(room):
            await intel.tell(created(record), amended(record, 2), expected_to_travel(record, 3, uuid4()))
            await has_read(intel, 3)
            assert await carried_out(intel, Wish.RELEASE, reason="gap") == discarding.SETTLE_FIRST

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3]


async def test_nothing_is_given_up_for_a_version_that_came_too_late(intel: House, record: UUID, room: Room) -> None:
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 3))
        await has_read(intel, 2)
        await carried_out(intel, Wish.RELEASE, version=3)
        await intel.tell(amended(record, 2), amended(record, 5))
        await has_read(intel, 4)

        assert await carried_out(intel, Wish.RELEASE, version=2) == discarding.NOT_WAITING
        await intel.tell(amended(record, 4))
        await has_read(intel, 5)

    assert await intel.versions(record) == [1, 3, 4, 5]
