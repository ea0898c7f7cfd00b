"""What nobody can unpack on a topic of a service's own stops that topic alone, is named, and is told on from once it is accepted (H9)."""

from uuid import uuid4

import pytest

from chassis.agreement import ABSENT, DAMAGED
from chassis.hearing import UNREADABLE
from chassis.mirror import UNREADABLE as UNREADABLE_FIGURE
from contracts.catalogue import BY_NAME
from contracts.codes import Cohort
from contracts.records import RecordCreated
from landfall.comparing import compare
from landfall.positions import move
from landfall.replay import accept, replay_said
from services.intel.app import room
from services.stats.app import room as stats_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import RECORDS, end_of, halts, make_topic_again, says_halted
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, operator
from tests.chassis.unpackable import tell_what_cannot_be_unpacked
from tests.faults.outsiders import create, has_heard, has_said, tell
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

CHECKS, FIGURES = BY_NAME["checks.v1"], BY_NAME["statistics.v1"]
WHO = {"by": BY, "reason": WHY}


async def _lies_there(intel: House, number: int) -> None:
    async def all_of_it() -> bool:
        return sum([await end_of(intel, each, CHECKS) for each in range(CHECKS.partitions)]) == number

    await until(all_of_it, f"{number} values lie on its topic")


@pytest.mark.parametrize("before", [0, 30])
async def test_it_keeps_its_topic_from_being_told_until_it_is_accepted_and_all_is_decided_meanwhile(house: FreshHouse, before: int) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        await create(intel, before)
        await has_heard(intel, before)
    await tell_what_cannot_be_unpacked(intel, CHECKS)

    async with intel.opened(room()) as running:
        await running.says(UNREADABLE)
        await create(intel, 5)
        await has_said(intel, before + 5)
        (unknown,) = (await compare(operator(intel), CHECKS.name)).unknown
        assert f"{unknown}" == f"{intel.prefix}{CHECKS.name}/3/{await end_of(intel, 3, CHECKS) - 1}"

        assert await accept(operator(intel), CHECKS.name, **WHO) == [unknown]
        await until(running.ready, "it tells on")
        await has_heard(intel, before + 5)
    await _lies_there(intel, before + 1 + 5)


async def test_what_lies_behind_it_is_still_known_as_told(house: FreshHouse) -> None:
    """A leader had told more, and died before it could forget it."""
    intel = await house("intel")
    async with intel.opened(room()):
        await create(intel, 30)
        await has_heard(intel, 30)
    last = (await intel.records_on(CHECKS.name))[-1]
    await tell_what_cannot_be_unpacked(intel, CHECKS, last.partition)
    await intel.tell_raw(last.value, key=last.key, topic=CHECKS.name)
    await intel.owner.execute("insert into outbox (said_id) select id from said where payload = $1", last.value)

    async with intel.opened(room()) as running:
        await running.says(UNREADABLE)
        await until(lambda: intel.fetchval("select not exists (select from outbox)"), "what was told already does not wait")
    await _lies_there(intel, 30 + 1 + 1)


async def test_it_silences_nobody_on_a_topic_that_was_lost_either(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        await create(intel, 30)
        await has_heard(intel, 30)
    await make_topic_again(intel, CHECKS)
    await tell_what_cannot_be_unpacked(intel, CHECKS)

    async with intel.opened(room()) as running:
        await running.says(ABSENT)
        await create(intel, 5)
        await has_said(intel, 35)


async def test_a_last_value_that_was_damaged_keeps_its_topic_from_being_told_until_it_is_replayed(house: FreshHouse) -> None:
    intel = await house("intel")
    await tell_what_cannot_be_unpacked(intel, CHECKS)
    await accept(operator(intel), CHECKS.name, **WHO)
    async with intel.opened(room()):
        await create(intel, 5)
        await has_heard(intel, 5)
    await intel.owner.execute("update own_end set next = 1, last_digest = $1 where partition = 3", b"as it was told")

    async with intel.opened(room()) as running:
        await running.says(DAMAGED)
        await replay_said(operator(intel), CHECKS.name, **WHO)
        await until(running.ready, "it tells on")
        await create(intel, 1)
        await has_heard(intel, 6)
    await _lies_there(intel, 1 + 5 + 1)


async def test_what_was_damaged_since_it_was_handled_halts_its_own_partition_until_an_operator_has_looked(house: FreshHouse) -> None:
    intel = await house("intel")
    await tell_what_cannot_be_unpacked(intel)
    await intel.owner.execute(
        "insert into positions (topic, partition, next, last_digest) values ($1, 3, 1, $2)", intel.prefix + RECORDS.name, b"as it was read"
    )

    async with intel.opened(room()) as running:
        await create(intel, 30)
        await says_halted(intel, running, 3)
        assert await halts(intel) == {3: DAMAGED}
        elsewhere = 30 - (await end_of(intel, 3) - 1)
        await has_said(intel, elsewhere)

        await move(operator(intel), RECORDS.name, [3], "1", **WHO)
        await has_said(intel, 30)


async def test_a_figure_that_nobody_can_unpack_is_complained_of_and_all_others_are_told(house: FreshHouse) -> None:
    stats = await house("stats")
    await tell_what_cannot_be_unpacked(stats, FIGURES, partition=0)

    async with stats.opened(stats_room()) as running:
        await running.says(f"{FIGURES.name}/0/0 holds {UNREADABLE_FIGURE}")
        await tell(stats, RecordCreated(record_id=uuid4(), cohort=Cohort.FNSO), version=1)
        await has_heard(stats, 1)
    assert await end_of(stats, 0, FIGURES) > 1
