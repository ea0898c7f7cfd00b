"""A contradiction stops its partition at the false value and nowhere else, so that moving past it leaves nothing out (H8)."""

from collections import Counter
from uuid import UUID

import pytest

from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, halts, handle, has_effects, record_on, room, says_halted
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.tellings import amended, created, other_content

pytestmark = pytest.mark.kafka

BY = {"by": "4711", "reason": "its owner had been restored; this one is false"}


async def _place(house: House, partition: int) -> int:
    return int(await house.fetchval("select next from positions where partition = $1", partition))


async def test_all_before_and_beside_a_contradiction_is_handled_and_the_runbook_s_repair_leaves_nothing_out(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    await handle(intel, record)
    before, after = ([created(record_on(3)) for _ in range(5)] for _ in range(2))
    beside = [created(record_on(partition)) for partition in (2, 4) for _ in range(3)]
    last = amended(UUID(before[0].subject), 2)
    await intel.tell(*beside[:3], *before, last, other_content(record), *after, *beside[3:])
    told = [*beside, *before, last]

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        await has_effects(intel, 1 + len(told))
        false = await _place(intel, 3)
        assert false == 1 + len(before) + 1
        assert f"{RECORDS.name}/3/{false};" in (await halts(intel))[3]

        await move(operator(intel), RECORDS.name, [3], str(false + 1), **BY)
        await has_effects(intel, 1 + len(told) + len(after))

    effects = Counter(await intel.effects())
    assert {each.id for each in (*told, *after)} < effects.keys()
    assert set(effects.values()) == {1}
    assert await intel.held() == {}


async def test_each_of_two_partitions_that_contradict_halts_at_its_own_false_value(house: FreshHouse) -> None:
    intel, one, other = await house("intel"), record_on(3), record_on(4)
    await handle(intel, one, other)
    await intel.tell(created(record_on(3)), other_content(one), other_content(other), created(record_on(4)), created(record_on(5)))

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        await says_halted(intel, running, 4)
        await has_effects(intel, 4)

    assert (await _place(intel, 3), await _place(intel, 4)) == (2, 1)
    assert [*sorted(await halts(intel))] == [3, 4]


async def test_what_fails_beside_a_contradiction_is_held_and_what_lies_beyond_it_is_not_touched(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    await handle(intel, record)
    await intel.tell_raw(b"no JSON", key=str(record_on(4)).encode())
    await intel.tell(other_content(record))
    await intel.tell_raw(b"no JSON", key=str(record).encode())

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)

    assert [(partition, offset) for _, partition, offset in await intel.held()] == [(4, 0)]
    assert await _place(intel, 3) == 1
