"""What was perhaps heard is not heard again before a decision that waits, though nothing tries that decision any more (H8)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.ordering import Wish
from chassis.room import Room
from contracts.codes import Cohort
from contracts.handover_replies import ForceAccepted
from contracts.records import RecordCreated, TravelExpected
from services.handover.app import room as handover_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House, asked
from tests.chassis.ordering import carried_out
from tests.faults.bearing import that_cannot_bear
from tests.faults.outsiders import has_heard, standing, tell
from tests.keys import KEYS
from tests.places.backup import back_up, restore

__all__ = ["house"]

pytestmark = pytest.mark.kafka

FUTURE = datetime.now(UTC).date() + timedelta(days=30)


def _bears_no_record() -> Room:
    return that_cannot_bear(handover_room(KEYS), "records", lambda _: True)


def _landing(record: UUID, days: int = 0, force: str | None = None) -> TravelExpected:
    return TravelExpected(record_id=record, travel_id=uuid4(), landing_day=FUTURE + timedelta(days=days), force=force)


async def _kent_accepts_and_nobody_reads_it(handover: House) -> None:
    topic = f"{handover.prefix}handover-replies.kent.v1"
    await handover.owner.execute("insert into stop (topic, why, held) values ($1, 'somebody looks', 0)", topic)
    await tell(handover, ForceAccepted(handover_id=await handover.fetchval("select handover_id from handover")), principal="kent")


async def test_an_answer_is_not_heard_before_an_offer_that_waits_for_a_record_that_was_redriven(house: FreshHouse, tmp_path: Path) -> None:
    """Much goes on meanwhile, and only the last telling of the record shows that it was redriven."""
    handover, record, other = await house("handover"), record_on(3), record_on(4)
    async with handover.opened(_bears_no_record()):
        await tell(handover, RecordCreated(record_id=record, cohort=Cohort.UKSO), version=1)
        await has_heard(handover, 1)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
    async with handover.opened(handover_room(KEYS)) as running:
        assert await carried_out(handover, Wish.REDRIVE, version=1) is None
        await tell(handover, _landing(record), version=2)
        await has_heard(handover, 2)
        answer = await asked(running, "PUT", f"/cases/{record}/offer", body={"force": "kent", "decided_by": "ACRO-1"})
        assert answer.is_success, answer.text
        await _kent_accepts_and_nobody_reads_it(handover)
        await tell(handover, RecordCreated(record_id=other, cohort=Cohort.UKSO), version=1)
        await tell(handover, _landing(other, force="kent"), version=2)
        await has_heard(handover, 4)
        await tell(handover, _landing(record, 1), version=3)
        await has_heard(handover, 5)

    await restore(handover.superuser_url, "handover", backup)
    async with handover.opened(handover_room(KEYS)):
        await has_heard(handover, 6)
    after = await standing(handover)

    assert after["stray"] == []
    assert sorted((row[1], row[3]) for row in after["handover"]) == sorted([(record, "accepted"), (other, "offered")])
