"""What cannot be read stops its partition right there: all before it is handled, and moving past it leaves nothing else out (H7)."""

import pytest

from chassis.corrupt import CORRUPT
from chassis.offsets import HOLE
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, halts, has_effects, record_on, room, says_halted, tell_in_a_transaction
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, operator
from tests.chassis.tellings import created
from tests.chassis.unpackable import tell_what_cannot_be_unpacked

pytestmark = pytest.mark.kafka

BEFORE, AFTER = 7, 3


async def _tell(intel: House, number: int) -> None:
    await intel.tell(*[created(record_on(3)) for _ in range(number)])


@pytest.mark.parametrize("batch", [500, 3])
async def test_all_before_what_cannot_be_unpacked_is_handled_and_the_runbook_s_repair_leaves_out_nothing_else(
    house: FreshHouse, batch: int
) -> None:
    intel = await house("intel")
    await _tell(intel, BEFORE)
    await tell_what_cannot_be_unpacked(intel)
    await _tell(intel, AFTER)

    async with intel.opened(room(), batch_max_records=batch) as running:
        await says_halted(intel, running, 3)
        assert await halts(intel) == {3: f"{CORRUPT} {BEFORE}"}
        await has_effects(intel, BEFORE)

        await move(operator(intel), RECORDS.name, [3], str(BEFORE + 1), by=BY, reason=WHY)
        await has_effects(intel, BEFORE + AFTER)
    assert len(set(await intel.effects())) == BEFORE + AFTER


async def test_all_before_a_hole_is_handled_and_the_halt_says_where_the_topic_goes_on(house: FreshHouse) -> None:
    intel, within = await house("intel"), created(record_on(3))
    await _tell(intel, BEFORE)
    await tell_in_a_transaction(intel, 3, within)
    await _tell(intel, AFTER)

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        assert await halts(intel) == {3: f"{HOLE} {BEFORE + 2}"}
        await has_effects(intel, BEFORE + 1)

        await move(operator(intel), RECORDS.name, [3], str(BEFORE + 2), by=BY, reason=WHY)
        await has_effects(intel, BEFORE + 1 + AFTER)
    assert len(set(await intel.effects())) == BEFORE + 1 + AFTER
