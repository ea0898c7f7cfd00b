"""A release that is put back on what a newer one held: what it does not know waits, and hinders nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from chassis import answering, orders
from chassis.ordering import BY_ITSELF, Wish, order
from chassis.room import Room
from tests.chassis.house import House, Running, Witness, asked
from tests.chassis.ordering import answers, carried_out, has_read, held_versions, nothing_is_held, older_release
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.waiting import until

COUNTED = 'landfall_held{family="landings.v1",reason="unknown-type"} 1.0'


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def room(witness: Witness) -> Room:
    return Room("intel", {"records": witness.hear})


@contextmanager
def _before_records_were_amended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """And what the service orders by itself it orders at once."""
    with older_release(monkeypatch, "record-amended.v1"), monkeypatch.context() as older:
        older.setattr(orders, "SWEEP_SECONDS", 0)
        yield


async def test_what_a_newer_release_held_of_a_topic_of_its_own_hinders_no_order_and_is_counted(intel: House, room: Room) -> None:
    async with intel.opened(room):
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 1)
    await intel.owner.execute("update held set topic = 'landings.v1', reason = 'unknown-type'")

    async with intel.opened(room) as running:
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 2)
        assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None
        await until(lambda: _is_counted(running), "what the newer release held is counted")
        assert await carried_out(intel, Wish.REDRIVE, reason="unknown-type") == answering.OF_ANOTHER_RELEASE

    assert await intel.reasons() == ["unknown-type"]


async def test_what_stood_behind_something_on_a_topic_of_a_newer_release_stays_there_for_it(intel: House, room: Room) -> None:
    async with intel.opened(room):
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 1)
    await intel.owner.execute("update held set topic = 'landings.v1', reason = 'after-poison', subject = 'one'")

    for read, by_the_newer_one in ((2, None), (3, "redrive")):
        async with intel.opened(room):
            await intel.tell_raw(b"no JSON")
            await has_read(intel, read)
            assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None
        assert await intel.fetchval("select ordered from held where reason = 'after-poison'") == by_the_newer_one
        await order(intel.owner, [await intel.fetchval("select held_id from held")], Wish.REDRIVE, BY_ITSELF, "nothing before it")


async def test_what_a_newer_release_put_by_in_a_gap_waits_for_it_when_the_gap_closes(
    intel: House, record: UUID, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 3))
        await has_read(intel, 2)

    with _before_records_were_amended(monkeypatch):
        async with intel.opened(room):
            await intel.tell(expected_to_travel(record, 2, uuid4()))
            await answers(intel, 1)
            assert await held_versions(intel) == [(3, "unknown-type")]

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3]


async def test_what_an_older_release_takes_up_makes_no_poison_of_what_it_does_not_know(
    intel: House, record: UUID, room: Room, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness.poison.add(str(record))
    async with intel.opened(room):
        await intel.tell(created(record), amended(record, 2), expected_to_travel(record, 3, uuid4()))
        await has_read(intel, 3)
    witness.poison.clear()

    with _before_records_were_amended(monkeypatch):
        async with intel.opened(room):
            assert await carried_out(intel, Wish.REDRIVE, reason="poison") is None
            assert "poison" not in {reason for _, reason in await held_versions(intel)}

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3]


async def test_what_a_newer_release_has_ordered_and_will_not_carry_out_any_more_is_discarded_by_whom_it_concerns(
    intel: House, record: UUID, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _before_records_were_amended(monkeypatch):
        async with intel.opened(room):
            await intel.tell(amended(record, 1))
            await has_read(intel, 1)
            assert await order(intel.owner, [await intel.fetchval("select held_id from held")], Wish.REDRIVE, BY_ITSELF, "known") == 1
            await intel.tell_raw(b"no JSON")
            await has_read(intel, 2)
            assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None

            assert await carried_out(intel, Wish.DISCARD, version=1) is None

    assert await intel.versions(record) == []
    assert await intel.held() == {}


async def _is_counted(running: Running) -> bool:
    return COUNTED in (await asked(running, "GET", "/metrics")).text
