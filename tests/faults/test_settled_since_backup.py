"""What operators had discarded or released since the backup stays so after a restore, and what went on behind it is recalled (H8)."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.ordering import Wish, order
from chassis.room import Room
from contracts.codes import Channel
from landfall.positions import move
from services.intel import handlers
from services.intel.app import room as intel_room
from services.records.app import room as records_room
from tests.builders import a_notification, a_person
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on, says_halted
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, answers, operator
from tests.chassis.tellings import amended, created, other_content
from tests.faults.outsiders import has_heard, restored_as_it_was, standing, tell
from tests.keys import KEYS
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka


@pytest_asyncio.fixture
async def intel(house: FreshHouse) -> House:
    return await house("intel")


@pytest.fixture
def record() -> UUID:
    return record_on(3)


@pytest.fixture
def room(record: UUID) -> Room:
    """Intel that cannot bear the record's first telling."""

    async def hear(batch: Batch, tx: Transaction) -> None:
        if any((each.envelope.subject, each.envelope.version) == (str(record), 1) for each in batch):
            message = "this one cannot be borne"
            raise ValueError(message)
        await handlers.on_records(batch, tx)

    return replace(intel_room(), families={"records": hear})


async def _settle(intel: House, wish: Wish, record: UUID, version: int) -> None:
    before = int(await intel.fetchval("select count(*) from answered_order"))
    held_id = await intel.fetchval("select held_id from held where subject = $1 and version = $2", str(record), version)
    assert await order(intel.owner, [held_id], wish, BY, WHY) == 1
    assert (await answers(intel, before + 1))[-1]["complaint"] is None


async def _goes_on(intel: House, room: Room, record: UUID, version: int, heard: int) -> None:
    """The next version of the record is heard, and nothing is held of it."""
    async with intel.opened(room):
        await intel.tell(amended(record, version))
        await has_heard(intel, heard)
    assert (await standing(intel))["held"] == []


async def test_what_came_and_was_discarded_since_the_backup_is_not_held_again(
    intel: House, record: UUID, room: Room, tmp_path: Path
) -> None:
    async with intel.opened(room):
        await intel.tell(created(record_on(3)))
        await has_heard(intel, 1)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(amended(record, 1), created(record, 2), amended(record, 3))
        await has_heard(intel, 4)
        await _settle(intel, Wish.DISCARD, record, 1)
        await has_heard(intel, 4)

    await restored_as_it_was(intel, room, backup)

    assert len((await standing(intel))["intel_check"]) == 2
    await _goes_on(intel, room, record, 4, heard=5)


async def test_what_was_discarded_last_of_all_is_not_applied_by_a_release_that_could_bear_it(
    intel: House, record: UUID, room: Room, tmp_path: Path
) -> None:
    async with intel.opened(room):
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(created(record))
        await has_heard(intel, 1)
        await _settle(intel, Wish.DISCARD, record, 1)
        await has_heard(intel, 1)

    await restored_as_it_was(intel, intel_room(), backup)

    await _goes_on(intel, intel_room(), record, 2, heard=2)
    assert (await standing(intel))["intel_check"] == []


async def test_what_the_backup_holds_and_was_discarded_since_is_forgotten_and_what_stood_behind_it_is_recalled(
    intel: House, record: UUID, room: Room, tmp_path: Path
) -> None:
    async with intel.opened(room):
        await intel.tell(amended(record, 1), amended(record, 2), created(record, 3), amended(record, 4))
        await has_heard(intel, 4)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await _settle(intel, Wish.DISCARD, record, 1)
        await has_heard(intel, 4)

    await restored_as_it_was(intel, room, backup)

    assert len((await standing(intel))["intel_check"]) == 1
    await _goes_on(intel, room, record, 5, heard=5)


async def test_versions_given_up_since_the_backup_stay_given_up_and_what_waited_for_them_is_recalled(
    intel: House, record: UUID, tmp_path: Path
) -> None:
    waiting, room = record_on(3), intel_room()
    async with intel.opened(room):
        await intel.tell(amended(waiting, 1), amended(waiting, 3), created(waiting, 4))
        await has_heard(intel, 3)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(amended(record, 1), amended(record, 4), created(record, 5))
        await has_heard(intel, 6)
        await _settle(intel, Wish.RELEASE, waiting, 3)
        await _settle(intel, Wish.RELEASE, record, 4)
        await has_heard(intel, 6)

    await restored_as_it_was(intel, room, backup)

    assert len((await standing(intel))["intel_check"]) == 2
    await _goes_on(intel, room, record, 6, heard=7)


async def test_what_came_after_it_was_given_up_is_held_again_unless_it_was_discarded(intel: House, record: UUID, tmp_path: Path) -> None:
    other, room = record_on(3), intel_room()
    async with intel.opened(room):
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(*[each for of in (record, other) for each in (amended(of, 1), created(of, 3))])
        await has_heard(intel, 4)
        for each in (record, other):
            await _settle(intel, Wish.RELEASE, each, 3)
        await intel.tell(amended(record, 2), amended(other, 2), created(record_on(3)))
        await has_heard(intel, 7)
        await _settle(intel, Wish.DISCARD, record, 2)
        await has_heard(intel, 7)

    await restored_as_it_was(intel, room, backup)

    assert [(offset, reason) for _, _, offset, reason in (await standing(intel))["held"]] == [(5, "gap")]


async def test_what_the_backup_holds_and_was_redriven_without_a_word_is_handled_before_what_went_on_behind_it(
    intel: House, record: UUID, room: Room, tmp_path: Path
) -> None:
    async with intel.opened(room):
        await intel.tell(amended(record, 1))
        await has_heard(intel, 1)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
    async with intel.opened(intel_room()):
        await _settle(intel, Wish.REDRIVE, record, 1)
        await intel.tell(created(record, 2))
        await has_heard(intel, 2)

    await restored_as_it_was(intel, intel_room(), backup)


@pytest.mark.parametrize("is_held", [False, True])
async def test_what_contradicted_and_was_passed_by_an_operator_since_the_backup_is_passed_again(
    intel: House, record: UUID, room: Room, tmp_path: Path, *, is_held: bool
) -> None:
    room = room if is_held else intel_room()
    async with intel.opened(room) as running:
        await intel.tell(created(record))
        await has_heard(intel, 1)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(other_content(record))
        await says_halted(intel, running, 3)
        await move(operator(intel), "records.v1", [3], "2", by=BY, reason=WHY)
        await intel.tell(created(record_on(3)))
        await has_heard(intel, 3)

    await restored_as_it_was(intel, room, backup)


async def test_what_an_outsider_told_and_was_discarded_since_is_held_again_and_what_followed_it_is_recalled(
    house: FreshHouse, tmp_path: Path
) -> None:
    records, room = await house("records"), records_room(KEYS)
    first, second = a_notification("SYN-000001"), a_notification("SYN-000001", person=a_person(surname="Zynba"))

    async def hear(batch: Batch, tx: Transaction) -> None:
        if any(each.fact == first for each in batch):
            message = "this one cannot be borne"
            raise ValueError(message)
        await room.families["notifications"](batch, tx)

    cannot_bear = replace(room, families={**room.families, "notifications": hear})
    async with records.opened(cannot_bear):
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        await tell(records, first, second, principal=Channel.UK_CRIS)
        await has_heard(records, 2)
        await order(records.owner, [await records.fetchval("select held_id from held where reason = 'poison'")], Wish.DISCARD, BY, WHY)
        await answers(records, 1)
        await has_heard(records, 2)
    before = await standing(records)

    await restore(records.superuser_url, "records", backup)
    async with records.opened(cannot_bear) as running:
        await until(running.ready, "it is ready")

    after = await standing(records)
    assert {name: after[name] for name in before if name != "held"} == {name: before[name] for name in before if name != "held"}
    assert (before["held"], [row[3] for row in after["held"]]) == ([], ["poison"])
