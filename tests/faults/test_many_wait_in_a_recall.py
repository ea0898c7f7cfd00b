"""What waits in a recall is tried again once what it lacked is there, and not after each step: a restore must end (H8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.occasion import Batch, Received
from chassis.room import Room
from contracts.codes import Cohort
from contracts.handovers import HandoverOffered
from contracts.records import RecordCreated, TravelExpected
from services.handover.app import room as handover_room
from services.intel.app import room as intel_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House, asked
from tests.faults.outsiders import has_heard, restored_as_it_was, tell
from tests.keys import KEYS
from tests.places.backup import back_up

__all__ = ["house"]

pytestmark = pytest.mark.kafka

FUTURE = datetime.now(UTC).date() + timedelta(days=30)
WAITING, OTHERS = 5, 5


@dataclass
class Diary:
    """A handover that cannot bear one record, and what it was occupied with: which record's which version, or (None) a person's offer."""

    bad: UUID
    entries: list[tuple[UUID, int | None]] = field(default_factory=list)

    def room(self) -> Room:
        room = handover_room(KEYS)

        async def hear(batch: Batch, tx: Transaction) -> None:
            if any(each.fact.record_id == self.bad for each in batch):
                message = "this one cannot be borne"
                raise ValueError(message)
            await room.families["records"](batch, tx)
            self.entries += [(each.fact.record_id, each.envelope.version) for each in batch]

        async def recall(cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
            if cause is None:
                self.entries += [(each.fact.record_id, None) for each in facts if isinstance(each.fact, HandoverOffered)]
            await room.recall(cause, facts, tx)

        return replace(room, families={**room.families, "records": hear}, recall=recall)


async def _tell_created(handover: House, *records: UUID) -> None:
    await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in records], version=1)


async def _tell_landing(handover: House, *records: UUID, version: int, force: str | None = None) -> None:
    landings = [TravelExpected(record_id=each, travel_id=uuid4(), landing_day=FUTURE, force=force) for each in records]
    await tell(handover, *landings, version=version)


async def _people_offer_and_much_goes_on(handover: House, diary: Diary, to: Path) -> tuple[list[UUID], Path]:
    """People offer records that stand behind the bad one, and much is told of others; those, and a backup from before all that."""
    waiting, last = [record_on(3) for _ in range(WAITING)], record_on(3)
    others = [*(record_on(4) for _ in range(OTHERS)), last]
    backup = await back_up(handover.superuser_url, to)
    async with handover.opened(diary.room()) as running:
        await _tell_created(handover, diary.bad, *waiting)
        await _tell_landing(handover, *waiting, version=2)
        await has_heard(handover, 1 + 2 * WAITING)
        for each in waiting:
            answer = await asked(running, "PUT", f"/cases/{each}/offer", body={"force": "kent", "decided_by": "ACRO-1"})
            assert answer.is_success, answer.text
        await has_heard(handover, 1 + 2 * WAITING)
        await _tell_landing(handover, *waiting, version=3)
        await _tell_created(handover, *others)
        await _tell_landing(handover, *others, version=2, force="kent")
        await has_heard(handover, 1 + 3 * WAITING + 2 * len(others))
    return waiting, backup


async def test_what_people_decided_is_tried_again_only_where_it_may_go_on_and_is_done_before_what_was_told_after_it(
    house: FreshHouse, tmp_path: Path
) -> None:
    """In its turn, where nothing else goes on, and once its record is there; the partition of all these records waits for the bad one."""
    handover, diary = await house("handover"), Diary(record_on(3))
    waiting, backup = await _people_offer_and_much_goes_on(handover, diary, tmp_path / "backup")
    diary.entries.clear()

    await restored_as_it_was(handover, diary.room(), backup)

    tried, done = Counter(diary.entries), {entry: number for number, entry in enumerate(diary.entries)}
    assert {each: tried[each, None] for each in waiting if tried[each, None] > 3} == {}
    assert [each for each in waiting if not done[each, 2] < done[each, None] < done[each, 3]] == []


async def test_what_waits_for_what_never_comes_is_tried_once_more_before_the_service_refuses_to_start(
    house: FreshHouse, tmp_path: Path
) -> None:
    intel, people = await house("intel"), [record_on(3), record_on(4)]
    tried, room = Counter[UUID](), intel_room()
    backup = await back_up(intel.superuser_url, tmp_path / "backup")
    async with intel.opened(room):
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people], version=1)
        await has_heard(intel, len(people))

    async def recall(cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
        (record,) = {each.fact.record_id for each in facts}
        tried[record] += 1
        if tried[record] == 1:
            raise NotYetError(("records.v1", str(uuid4())))
        await room.recall(cause, facts, tx)

    await restored_as_it_was(intel, replace(room, recall=recall), backup)

    assert dict(tried) == dict.fromkeys(people, 2)
