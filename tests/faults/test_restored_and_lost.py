"""The topic to one force was lost, and the database is an older one too: the operator accepts the loss before the service hears itself."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.agreement import ABSENT
from contracts.catalogue import BY_NAME
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from contracts.handover_replies import ForceAccepted
from contracts.records import RecordCreated, TravelExpected
from landfall.replay import accept
from services.handover.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House, Running, asked
from tests.chassis.ordering import operator
from tests.faults.outsiders import has_heard, standing, tell
from tests.keys import KEYS
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

PACKS = BY_NAME["handover-packs.kent.v1"]
WHY = {"by": "ACRO-1", "reason": "lost with its broker"}
KNOWN_ANEW = ("caseload", "handover", "stray", "positions", "seen", "held", "outbox")


async def _accept(handover: House) -> None:
    await accept(operator(handover), PACKS.name, **WHY)


async def _offer_to_kent(handover: House, record_id: UUID) -> None:
    await tell(handover, RecordCreated(record_id=record_id, cohort=Cohort.FNSO), version=1)
    landing = TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=date(2031, 6, 1), force="kent")
    await tell(handover, landing, version=2)


async def _tell_kent_again(running: Running) -> int:
    answer = await asked(running, "POST", "/forces/kent/notices", body={"asked_by": WHY["by"], "reason": WHY["reason"]})
    return int(answer.json()["notices"])


@pytest.mark.parametrize("told_before", [1, 0], ids=["a force that had been told before the backup", "a force that had not"])
async def test_what_a_force_was_told_again_does_not_keep_the_service_from_recalling_the_rest(
    house: FreshHouse, tmp_path: Path, told_before: int
) -> None:
    handover = await house("handover")
    async with handover.opened(room(KEYS)) as running:
        for _ in range(told_before):
            await _offer_to_kent(handover, uuid4())
        await has_heard(handover, 2 * told_before)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        await _offer_to_kent(handover, uuid4())
        await has_heard(handover, 2 * told_before + 2)
        await make_topic_again(handover, PACKS)
        await _accept(handover)
        assert await _tell_kent_again(running) == told_before + 1
        (accepted, *_) = [row[0] for row in (await standing(handover))["handover"]]
        await tell(handover, ForceAccepted(handover_id=accepted), principal="kent")
        await has_heard(handover, 2 * told_before + 3)
    before, on_topic = await standing(handover), await handover.values_on(PACKS.name)

    await restore(handover.superuser_url, handover.name, backup)
    await _accept(handover)
    async with handover.opened(room(KEYS)) as running:
        await until(running.ready, "it is ready")
        after = await standing(handover)
        assert await handover.values_on(PACKS.name) == on_topic
        assert await _tell_kent_again(running) == told_before + 1
        await has_heard(handover, 2 * told_before + 3)

    assert {table: after[table] for table in KNOWN_ANEW} == {table: before[table] for table in KNOWN_ANEW}
    told = [envelope.data for envelope in await handover.on_topic(PACKS.name)]
    assert {fact.handover_id for fact in told if isinstance(fact, HandoverNotice)} == {row[0] for row in before["handover"]}


async def test_all_that_was_told_elsewhere_is_recalled_though_the_topic_of_one_force_was_lost(house: FreshHouse, tmp_path: Path) -> None:
    handover = await house("handover")
    async with handover.opened(room(KEYS)):
        await _offer_to_kent(handover, uuid4())
        await has_heard(handover, 2)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        await _offer_to_kent(handover, uuid4())
        await has_heard(handover, 4)
    before = await standing(handover)
    await make_topic_again(handover, PACKS)
    await restore(handover.superuser_url, handover.name, backup)

    async with handover.opened(room(KEYS)) as running:
        await until(lambda: running.complains_of(f"nothing is told on {handover.prefix}{PACKS.name}: {ABSENT}"), "kent's topic is halted")
        await has_heard(handover, 4)
        after = await standing(handover)
        await _accept(handover)
        assert await _tell_kent_again(running) == 2
        await until(running.ready, "it tells on")

    assert {table: after[table] for table in KNOWN_ANEW} == {table: before[table] for table in KNOWN_ANEW}
    assert len(await handover.values_on(PACKS.name)) == 2
