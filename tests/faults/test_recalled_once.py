"""What an outsider told twice is recalled as it was decided: once (H8)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.ordering import Wish, order
from chassis.room import Room
from contracts.codes import Channel, Cohort, Sender
from contracts.handover_replies import ForceAccepted
from contracts.records import RecordCreated, TravelExpected
from services.handover.app import room as handover_room
from services.records.app import room as records_room
from tests.builders import a_conviction, a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, answers
from tests.faults.bearing import that_cannot_bear
from tests.faults.outsiders import has_heard, restored_as_it_was, standing, tell
from tests.faults.since_backup import on_partition, told_after_a_backup
from tests.keys import KEYS
from tests.outside import message, send
from tests.people import of
from tests.places.backup import back_up
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

FURTHER = a_conviction(country="DE", decided_on=date(2019, 2, 1))
FUTURE = datetime.now(UTC).date() + timedelta(days=30)


async def test_what_came_twice_since_the_backup_is_recalled_once(house: FreshHouse, tmp_path: Path) -> None:
    records, told, last = await house("records"), message(of(1), Channel.UK_CRIS), message(of(2), Channel.USA)
    landing = message(a_travel_notice(identifiers=numbers(passport="SYN0000001")), Sender.BORDER_FORCE)
    backup = await told_after_a_backup(records, tmp_path / "backup", told, told, landing, landing, last)

    await restored_as_it_was(records, records_room(KEYS), backup)

    assert len((await standing(records))["notification"]) == 2


async def test_what_came_before_the_backup_and_again_after_it_says_nothing(house: FreshHouse, tmp_path: Path) -> None:
    records, told = await house("records"), message(of(1), Channel.UK_CRIS)
    backup = await told_after_a_backup(records, tmp_path / "backup", told, message(of(1, conviction=FURTHER), Channel.USA), first=(told,))

    await restored_as_it_was(records, records_room(KEYS), backup)


async def test_what_could_not_be_read_and_came_right_under_its_id_is_recalled(house: FreshHouse, tmp_path: Path) -> None:
    records, right = await house("records"), message(of(1), Channel.UK_CRIS)
    async with records.opened(records_room(KEYS)):
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        wrong = right.told.to_bytes().replace(b'"receiving_state":"GB"', b'"receiving_state":7')
        await records.tell_raw(wrong, key=right.told.subject.encode(), topic=right.topic)
        await send(records, right)
        await has_heard(records, 2)
        assert await records.reasons() == ["malformed"]

    await restored_as_it_was(records, records_room(KEYS), backup)


def _who_cannot_bear(bad: UUID) -> Room:
    return that_cannot_bear(records_room(KEYS), "notifications", lambda each: each.envelope.id == bad)


async def test_what_the_backup_holds_and_was_redriven_is_recalled_though_its_copy_lies_before_what_it_builds_on(
    house: FreshHouse, tmp_path: Path
) -> None:
    """What bears its id for somebody else is held there too, and stays so."""
    records, references = await house("records"), on_partition(2)
    told = message(of(1, next(references), conviction=FURTHER), Channel.UK_CRIS)
    wrong, earlier = message(of(2, next(references)), Channel.UK_CRIS, told.id), message(of(1, next(references)), Channel.UK_CRIS)
    async with records.opened(_who_cannot_bear(told.id)):
        for number, each in enumerate((told, wrong), start=1):
            await send(records, each)
            await has_heard(records, number)
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        await send(records, told, earlier)
        await has_heard(records, 4)
    await _redrive(records)

    await restored_as_it_was(records, records_room(KEYS), backup)

    assert [row[3] for row in (await standing(records))["held"]] == ["malformed"]


async def test_what_an_earlier_release_held_and_was_redriven_has_its_id_from_then_on(house: FreshHouse, tmp_path: Path) -> None:
    records, told = await house("records"), message(of(1), Channel.UK_CRIS)
    async with records.opened(_who_cannot_bear(told.id)):
        await send(records, told)
        await has_heard(records, 1)
    await records.owner.execute("delete from heard_once")  # which an earlier release did not have
    backup = await back_up(records.superuser_url, tmp_path / "backup")
    await _redrive(records)
    async with records.opened(records_room(KEYS)):
        await send(records, message(of(2), Channel.UK_CRIS, told.id), told)
        await has_heard(records, 3)

    await restored_as_it_was(records, records_room(KEYS), backup)


async def _redrive(records: House) -> None:
    async with records.opened(records_room(KEYS)):
        held_id = await records.fetchval("select held_id from held where reason = 'poison'")
        await order(records.owner, [held_id], Wish.REDRIVE, BY, WHY)
        assert (await answers(records, 1))[0]["complaint"] is None
        await until(lambda: records.fetchval("select not exists (select from outbox)"), "all is told")


async def test_a_reply_that_came_twice_since_the_backup_is_recalled_once(house: FreshHouse, tmp_path: Path) -> None:
    handover, people = await house("handover"), [uuid4(), uuid4()]
    async with handover.opened(handover_room(KEYS)):
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people], version=1)
        landings = [TravelExpected(record_id=each, travel_id=uuid4(), landing_day=FUTURE, force="kent") for each in people]
        await tell(handover, *landings, version=2)
        await has_heard(handover, 4)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        offers = [row["handover_id"] for row in await handover.owner.fetch("select handover_id from handover")]
        first, stray, last = (message(ForceAccepted(handover_id=each), "kent") for each in (offers[0], uuid4(), offers[1]))
        await send(handover, first, first, stray, stray, last)
        await has_heard(handover, 9)

    await restored_as_it_was(handover, handover_room(KEYS), backup)

    assert len((await standing(handover))["stray"]) == 1
