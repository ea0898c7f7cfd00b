"""A topic that Kafka lost, noticed by who told it and who heard it: facts are told again byte for byte, a force is told what stands."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis import own_ends
from chassis.agreement import ABSENT
from chassis.hearing import FOREIGN
from contracts.catalogue import BY_NAME
from contracts.codes import CloseReason, Cohort
from contracts.handover_packs import HandoverNotice, HandoverNoticeWithdrawn
from contracts.handover_replies import ForceAccepted
from contracts.records import RecordClosed, RecordCreated, TravelExpected
from contracts.wire import identify
from landfall.operators import RefusedError
from landfall.positions import move
from landfall.replay import accept, replay_said
from services.handover.app import room as handover_room
from services.intel.app import room as intel_room
from services.stats.app import room as stats_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House, asked
from tests.chassis.ordering import operator
from tests.faults.outsiders import create, has_heard, has_said, standing, tell
from tests.keys import KEYS
from tests.places.superuser import connected
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

CHECKS = BY_NAME["checks.v1"]
LANDING, MOVED = date(2031, 6, 1), date(2031, 7, 1)
WHY = {"by": "ACRO-1", "reason": "checks.v1 was lost with its broker"}


async def _counts(stats: House, number: int) -> None:
    async def it_counts() -> bool:
        async with connected(stats.superuser_url) as connection:
            return bool(await connection.fetchval("select count(*) = $1 from movement where measure = 'check-opened'", number))

    await until(it_counts, f"{number} checks are counted")


async def test_a_lost_facts_topic_is_told_again_byte_for_byte_and_counted_once(house: FreshHouse) -> None:
    intel, stats = await house("intel"), await house("stats")
    async with intel.opened(intel_room()) as telling, stats.opened(stats_room()):
        await create(intel, 30)
        await has_heard(intel, 30)
        await _counts(stats, 30)
        before = await intel.values_on(CHECKS.name)
        await make_topic_again(intel, CHECKS)
        await create(intel, 30)
        await telling.says(own_ends.MADE_AGAIN)

    assert await replay_said(operator(intel), CHECKS.name, **WHY) >= 30
    await move(operator(stats), CHECKS.name, None, "start", **WHY)
    async with intel.opened(intel_room()), stats.opened(stats_room()):
        await has_heard(intel, 60)
        await _counts(stats, 60)

    after = await intel.values_on(CHECKS.name)
    assert len(after) == len(set(map(identify, after))) == 60
    assert len(before) == len(set(before) & set(after)) >= 30
    assert [row[3] for row in (await standing(stats))["held"]] == []


async def test_who_heard_a_lost_topic_halts_until_an_operator_says_where_to_read_on(house: FreshHouse) -> None:
    intel, stats = await house("intel"), await house("stats")
    async with intel.opened(intel_room()), stats.opened(stats_room()):
        await create(intel, 30)
        await _counts(stats, 30)
    await make_topic_again(intel, CHECKS)

    async with stats.opened(stats_room()) as hearing:
        await hearing.says("is halted")

    halted = {row[4] for row in (await standing(stats))["positions"] if row[0].endswith(CHECKS.name) and row[4]}
    assert halted == {ABSENT}


async def test_who_told_a_lost_topic_tells_nothing_more_until_it_is_repaired(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(intel_room()):
        await create(intel, 30)
        await has_heard(intel, 30)
    await make_topic_again(intel, CHECKS)

    async with intel.opened(intel_room()) as telling:
        await telling.says(ABSENT)
        await create(intel, 5)
        await has_said(intel, 35)

    assert await intel.on_topic(CHECKS.name) == []


async def test_only_what_is_kept_can_be_told_again(house: FreshHouse) -> None:
    intel = await house("intel")

    with pytest.raises(RefusedError, match=r"notifications\.usa\.v1 is not kept in said"):
        await replay_said(operator(intel), "notifications.usa.v1", **WHY)


async def test_a_topic_is_told_again_from_its_owners_database_alone(house: FreshHouse) -> None:
    stats = await house("stats")

    for repair in (replay_said, accept):
        with pytest.raises(RefusedError, match="those of stats; run it where intel runs"):
            await repair(operator(stats), CHECKS.name, **WHY)


async def test_what_a_stranger_wrote_where_nothing_was_told_yet_is_accepted_and_the_service_tells_on(house: FreshHouse) -> None:
    intel = await house("intel")
    await intel.tell_raw(b"garbage", topic=CHECKS.name)
    async with intel.opened(intel_room()) as telling:
        await create(intel, 5)
        await telling.says(FOREIGN)

        await accept(operator(intel), CHECKS.name, **WHY)
        await has_heard(intel, 5)
        await until(telling.ready, "it tells on")

    assert len(await intel.values_on(CHECKS.name)) == 6
    assert await intel.fetchval("select count(*) from position_move where following = 1") == 1


async def test_a_place_moves_only_to_where_the_topic_has_values_and_who_moved_it_is_kept(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(intel_room()):
        await create(intel, 30)
        await has_heard(intel, 30)
    (partition, end) = next((row[1], row[2]) for row in (await standing(intel))["positions"] if row[2] > 0)

    with pytest.raises(RefusedError, match=f"an offset from 0 to {end}"):
        await move(operator(intel), "records.v1", [partition], str(end + 1), **WHY)
    with pytest.raises(RefusedError, match="nothing is read of"):
        await move(operator(intel), "handovers.v1", None, "start", **WHY)
    assert await move(operator(intel), "records.v1", [partition], "0", **WHY) == {partition: 0}

    async with intel.opened(intel_room()):
        await has_heard(intel, 30)
    assert len((await standing(intel))["intel_check"]) == 30
    kept = await intel.owner.fetchrow("select previous, following, moved_by, reason from position_move")
    assert tuple(kept or ()) == (end, 0, WHY["by"], WHY["reason"])


async def test_what_only_a_force_was_told_cannot_be_told_again_but_the_topic_goes_on(house: FreshHouse) -> None:
    handover, packs, people = await house("handover"), BY_NAME["handover-packs.kent.v1"], [uuid4() for _ in range(2)]
    async with handover.opened(handover_room(KEYS)) as telling:
        await _offer(handover, people[0], "kent")
        await has_heard(handover, 2)
        await make_topic_again(handover, packs)
        await _offer(handover, people[1], "kent")
        await telling.says(own_ends.MADE_AGAIN)

        with pytest.raises(RefusedError, match="is not kept in said"):
            await replay_said(operator(handover), packs.name, **WHY)
        await accept(operator(handover), packs.name, **WHY)
        await has_heard(handover, 4)
        await until(telling.ready, "it tells on")


async def test_a_force_whose_topic_was_lost_is_told_again_all_that_is_open_and_nobody_else_is(house: FreshHouse) -> None:
    handover, packs, people = await house("handover"), BY_NAME["handover-packs.kent.v1"], [uuid4() for _ in range(5)]
    async with handover.opened(handover_room(KEYS)) as telling:
        for each, force in zip(people, ["kent", "kent", "kent", "sussex", "kent"], strict=True):
            await _offer(handover, each, force)
        await has_heard(handover, 10)
        asked_about = {row[1]: row[0] for row in (await standing(handover))["handover"]}
        await tell(handover, ForceAccepted(handover_id=asked_about[people[1]]), principal="kent")
        await tell(handover, RecordClosed(record_id=people[2], reason=CloseReason.DIED), version=3)
        await has_heard(handover, 12)
        in_sussex = await handover.values_on("handover-packs.sussex.v1")
        await make_topic_again(handover, packs)
        await _land(handover, people[4], "kent", MOVED, version=3)
        await telling.says(own_ends.MADE_AGAIN)
        await accept(operator(handover), packs.name, **WHY)

        answer = await asked(telling, "POST", "/forces/kent/notices", body={"asked_by": WHY["by"], "reason": WHY["reason"]})

        assert answer.json() == {"force": "kent", "notices": 3, "withdrawals": 1}
        await has_heard(handover, 13)
        await until(telling.ready, "it tells on")
    told = [envelope.data for envelope in await handover.on_topic(packs.name)]
    notices = {fact.handover_id: fact.landing_day for fact in told if isinstance(fact, HandoverNotice)}
    assert notices == {asked_about[people[0]]: LANDING, asked_about[people[1]]: LANDING, asked_about[people[4]]: MOVED}
    assert {fact.handover_id for fact in told if isinstance(fact, HandoverNoticeWithdrawn)} == {asked_about[people[2]]}
    assert {fact.force for fact in told} == {"kent"}
    assert await handover.values_on("handover-packs.sussex.v1") == in_sussex != []


async def _offer(handover: House, record_id: UUID, force: str) -> None:
    await tell(handover, RecordCreated(record_id=record_id, cohort=Cohort.FNSO), version=1)
    await _land(handover, record_id, force, LANDING, version=2)


async def _land(handover: House, record_id: UUID, force: str, day: date, *, version: int) -> None:
    await tell(handover, TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=day, force=force), version=version)
