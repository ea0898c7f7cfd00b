"""A database that was restored under a running service shows by places that went back: the service ends, and hears itself first (H8)."""

from uuid import uuid4

import pytest

from chassis.footing import WentBackError
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import has_effects, room
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, has_read, operator
from tests.chassis.tellings import amended, created
from tests.waiting import until


async def test_a_place_that_went_back_under_a_running_service_ends_it_and_nothing_is_handled_twice(house: FreshHouse) -> None:
    intel = await house("intel")

    with pytest.raises(WentBackError, match="went back from 3 to 1"):
        await _go_back_while_it_runs(intel)

    assert len(await intel.effects()) == 3


async def _go_back_while_it_runs(intel: House) -> None:
    record = uuid4()
    async with intel.opened(room()) as running:
        await intel.tell(created(record), amended(record, 2), amended(record, 3))
        await has_effects(intel, 3)
        await intel.owner.execute("update positions set next = 1, last_digest = null where next = 3")
        await intel.tell(amended(record, 4))
        await until(running.task.done, "it has ended by itself")


async def test_a_move_of_a_place_that_a_restore_has_lost_ends_the_service_though_the_place_itself_looks_right(house: FreshHouse) -> None:
    intel = await house("intel")

    with pytest.raises(WentBackError, match="and its moves from 1 to 0"):
        await _lose_a_move_while_it_runs(intel)


async def _lose_a_move_while_it_runs(intel: House) -> None:
    record = uuid4()
    async with intel.opened(room()) as running:
        await intel.tell(created(record), amended(record, 2), amended(record, 3))
        await has_effects(intel, 3)
        await move(operator(intel), "records.v1", None, "start", by=BY, reason=WHY)
        await has_read(intel, 3)
        await until(running.ready, "it reads on from where it was moved")
        await intel.owner.execute("delete from position_move")
        await until(running.task.done, "it has ended by itself")
