"""A topic of a service's own that Kafka lost is noticed within a minute, though nothing more is told there for months."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis import still_there
from chassis.agreement import ABSENT
from contracts.catalogue import BY_NAME
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from contracts.records import RecordCreated, TravelExpected
from landfall.replay import accept
from services.handover.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House, asked
from tests.chassis.ordering import operator
from tests.faults.outsiders import has_heard, tell
from tests.keys import KEYS
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

KENT, SUSSEX = BY_NAME["handover-packs.kent.v1"], BY_NAME["handover-packs.sussex.v1"]
WHY = {"by": "ACRO-1", "reason": "it was lost with its broker"}


async def _offer(handover: House, force: str, person: UUID) -> None:
    lands = TravelExpected(record_id=person, travel_id=uuid4(), landing_day=date(2031, 6, 1), force=force)
    await tell(handover, RecordCreated(record_id=person, cohort=Cohort.FNSO), version=1)
    await tell(handover, lands, version=2)


async def _noticed(handover: House, force: str) -> list[UUID]:
    """The handovers of which that force finds a notice."""
    found = [each.data for each in await handover.on_topic(f"handover-packs.{force}.v1")]
    return [each.handover_id for each in found if isinstance(each, HandoverNotice)]


async def test_a_force_whose_topic_was_lost_while_nothing_was_told_is_missed_and_told_again(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_there, "EVERY_SECONDS", 0.1)
    handover = await house("handover")
    async with handover.opened(room(KEYS)) as telling:
        await _offer(handover, "kent", uuid4())
        await has_heard(handover, 2)
        await until(telling.ready, "it is ready")
        told = await _noticed(handover, "kent")
        await make_topic_again(handover, KENT)

        await telling.says(ABSENT)
        await _offer(handover, "sussex", uuid4())
        await has_heard(handover, 4)
        assert await telling.complaints() == [f"nothing is told on {handover.prefix}{KENT.name}: {ABSENT}"]

        await accept(operator(handover), KENT.name, **WHY)
        answer = await asked(telling, "POST", "/forces/kent/notices", body={"asked_by": WHY["by"], "reason": WHY["reason"]})
        assert answer.json() == {"force": "kent", "notices": 1, "withdrawals": 0}
        await has_heard(handover, 4)
        await until(telling.ready, "all is well")

    assert (await _noticed(handover, "kent"), len(await _noticed(handover, "sussex"))) == (told, 1)
