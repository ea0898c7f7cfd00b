"""A telling of a type that nobody knew yet waits for a release that does, and what follows it waits with it (H13)."""

from uuid import UUID, uuid4

import pytest

from chassis.ordering import Wish
from chassis.room import Room
from tests.chassis.house import House, Witness
from tests.chassis.ordering import answers, carried_out, has_read, held_versions, nothing_is_held, older_release
from tests.chassis.tellings import amended, created, expected_to_travel


async def test_a_type_that_is_known_after_an_upgrade_is_taken_up_by_the_service_itself(
    intel: House, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room("intel", {"records": Witness().hear})
    with older_release(monkeypatch, "record-amended.v1"):
        async with intel.opened(room):
            await intel.tell(created(record), amended(record, 2), expected_to_travel(record, 3, uuid4()), amended(record, 4))
            await has_read(intel, 4)
            assert await intel.versions(record) == [1]
            assert sorted(reason for _, reason in await held_versions(intel)) == ["gap", "unknown-type", "unknown-type"]

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3, 4]
    assert {each["ordered_by"] for each in await answers(intel, 2)} == {"this service"}


async def test_a_release_that_does_not_know_a_type_leaves_it_to_the_one_that_does(
    intel: House, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room("intel", {"records": Witness().hear})
    with older_release(monkeypatch, "record-created.v1"):
        async with intel.opened(room):
            await intel.tell(created(record))
            await has_read(intel, 1)
            await intel.owner.execute(
                "update held set ordered = 'redrive', ordered_by = 'this service', ordered_at = now(), order_reason = 'known now'"
            )
            await intel.tell(expected_to_travel(record, 2, uuid4()))
            await intel.tell_raw(b"no JSON")
            await has_read(intel, 3)
            assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None
            assert await intel.fetchval("select ordered from held where reason = 'unknown-type'") == "redrive"

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2]


async def test_what_an_older_instance_puts_back_is_taken_up_however_long_ago_it_came(
    intel: House, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room("intel", {"records": Witness().hear})
    with older_release(monkeypatch, "record-created.v1"):
        async with intel.opened(room):
            await intel.tell(created(record))
            await has_read(intel, 1)
    await intel.owner.execute("update held set reason = 'poison', kept_at = now() - interval '1 hour'")

    async with intel.opened(room):
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 2)
        assert await carried_out(intel, Wish.DISCARD, reason="malformed") is None  # and so it has looked
        await intel.owner.execute("update held set reason = 'unknown-type'")
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1]
