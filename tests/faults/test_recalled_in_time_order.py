"""A restored service hears again in the order in which it had heard: what was not there yet then is not there yet again (H8)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner

from chassis.room import Room
from contracts.codes import Channel, Cohort, Sender
from contracts.handover_replies import ForceAccepted
from contracts.records import RecordCreated, TravelExpected
from services.handover.app import room as handover_room
from services.records.app import room as records_room
from tests.builders import a_notification, a_person, a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.house import Running, asked
from tests.faults.bearing import that_cannot_bear
from tests.faults.outsiders import has_heard, restored_as_it_was, standing, tell
from tests.keys import KEYS
from tests.places.backup import back_up, restore

__all__ = ["house"]

pytestmark = pytest.mark.kafka

FUTURE = datetime.now(UTC).date() + timedelta(days=30)
PASSPORT = numbers(passport="SYN0000043")


def _landing(record_id: UUID, days: int) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=FUTURE + timedelta(days=days), force=None)


async def _offer_to_kent(running: Running, record_id: UUID) -> None:
    answer = await asked(running, "PUT", f"/cases/{record_id}/offer", body={"force": "kent", "decided_by": "ACRO-1"})
    assert answer.is_success, answer.text


@pytest.mark.parametrize("further", [1, 0], ids=["and a further day was told after it", "and nothing was told after it"])
async def test_landings_that_a_person_offered_by_are_not_told_to_the_force_by_a_restore(
    house: FreshHouse, tmp_path: Path, further: int
) -> None:
    handover, record = await house("handover"), uuid4()
    async with handover.opened(handover_room(KEYS)) as running:
        await tell(handover, RecordCreated(record_id=record, cohort=Cohort.UKSO), version=1)
        await has_heard(handover, 1)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        await tell(handover, _landing(record, 0), version=2)
        await tell(handover, _landing(record, 1), version=3)
        await has_heard(handover, 3)
        await _offer_to_kent(running, record)
        await has_heard(handover, 3)
        for version in range(4, 4 + further):
            await tell(handover, _landing(record, version), version=version)
        await has_heard(handover, 3 + further)

    await restored_as_it_was(handover, handover_room(KEYS), backup)


async def test_an_answer_that_nobody_had_read_is_not_heard_before_the_offer_that_it_answers(house: FreshHouse, tmp_path: Path) -> None:
    """Though what the offer builds on has to wait for something else."""
    handover, kent = await house("handover"), "handover-replies.kent.v1"
    bad, record, other = (record_on(3) for _ in range(3))
    room = _who_cannot_bear(bad)
    backup = await back_up(handover.superuser_url, tmp_path / "backup")
    async with handover.opened(room) as running:
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in (bad, record, other)], version=1)
        await tell(handover, _landing(record, 0), _landing(other, 0), version=2)
        await has_heard(handover, 5)
        await _offer_to_kent(running, record)
        await handover.owner.execute("insert into stop (topic, why, held) values ($1, 'somebody looks', 0)", handover.prefix + kent)
        (offered,) = await handover.owner.fetch("select handover_id from handover")
        await tell(handover, ForceAccepted(handover_id=offered["handover_id"]), principal="kent")
        await _offer_to_kent(running, other)
        await has_heard(handover, 5)

    await restore(handover.superuser_url, "handover", backup)
    async with handover.opened(room):
        await has_heard(handover, 6)
    after = await standing(handover)

    assert after["stray"] == []
    assert sorted((row[1], row[3]) for row in after["handover"]) == sorted([(record, "accepted"), (other, "offered")])


def _who_cannot_bear(bad: UUID) -> Room:
    return that_cannot_bear(handover_room(KEYS), "records", lambda each: each.fact.record_id == bad)


def _another_reference(partition: int) -> str:
    """Of a notice that lies on that partition."""
    found = (f"SYN-T-{number:04}" for number in range(2, 100))
    return next(each for each in found if DefaultPartitioner()(each.encode(), [0, 1], [0, 1]) == partition)


@pytest.mark.parametrize("sender", [Sender.BORDER_FORCE, Sender.CONSULAR], ids=["of the same sender", "of another sender"])
async def test_a_notice_about_somebody_unknown_then_stays_with_a_person_though_a_later_one_was_matched(
    house: FreshHouse, tmp_path: Path, sender: Sender
) -> None:
    records = await house("records")
    unknown = a_travel_notice(landing_at=datetime(2031, 6, 1, 12, tzinfo=UTC), identifiers=PASSPORT)
    at = DefaultPartitioner()(unknown.subject.encode(), [0, 1], [0, 1])
    matched = a_travel_notice(_another_reference(at), landing_at=datetime(2031, 6, 9, 12, tzinfo=UTC), identifiers=PASSPORT)
    async with records.opened(records_room(KEYS)):
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        await tell(records, unknown, principal=Sender.BORDER_FORCE)
        await has_heard(records, 1)
        await tell(records, a_notification(person=a_person(identifiers=PASSPORT)), principal=Channel.UK_CRIS)
        await has_heard(records, 2)
        await tell(records, matched, principal=sender)
        await has_heard(records, 3)

    await restored_as_it_was(records, records_room(KEYS), backup)

    assert [(row[4], row[7]) for row in (await standing(records))["travel_notice"]].count(("referred", date(2031, 6, 1))) == 1
