"""A topic that was made again, cut or emptied is noticed before anything of it is read, and what was read of it halts."""

import pytest

from chassis import agreement
from landfall.operators import RefusedError
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import (
    RECORDS,
    administering,
    delete_records_before,
    halts,
    handle,
    has_effects,
    make_topic_again,
    record_on,
    room,
    says_halted,
)
from tests.chassis.ordering import BY, WHY, operator
from tests.chassis.tellings import created
from tests.waiting import until


@pytest.mark.kafka
async def test_a_topic_made_again_and_shorter_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel, record, unread = await house("intel"), record_on(3), record_on(4)
    await handle(intel, record)
    await make_topic_again(intel)

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        await intel.tell(created(record_on(3)), created(unread))
        await has_effects(intel, 2)

    assert await halts(intel) == {3: agreement.ABSENT}
    assert await intel.versions(unread) == [1]


@pytest.mark.kafka
async def test_a_topic_made_again_with_other_tellings_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3))
    await make_topic_again(intel)
    await intel.tell(*[created(record_on(3)) for _ in range(3)])

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)

    assert await halts(intel) == {3: agreement.DIFFERENT}
    assert len(await intel.effects()) == 1


@pytest.mark.kafka
async def test_a_topic_made_again_under_a_running_service_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()) as running:
        await intel.tell(created(record_on(3)))
        await has_effects(intel, 1)
        await make_topic_again(intel)
        await intel.tell(created(record_on(3)), created(record_on(3)))
        await says_halted(intel, running, 3)

    assert len(await intel.effects()) == 1


@pytest.mark.kafka
async def test_a_service_whose_topic_is_gone_is_not_ready(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()) as running:
        await until(running.ready, "it is ready")
        async with administering(intel) as admin:
            await admin.delete_topics([intel.prefix + RECORDS.name])

        await until(lambda: running.complains_of(f"{intel.prefix}records.v1 is missing from Kafka"), "it says which topic is gone")


@pytest.mark.kafka
async def test_what_was_deleted_before_it_was_read_halts_and_is_read_on_once_somebody_says_how_much_is_left_out(house: FreshHouse) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3))
    *_, left = await intel.tell(*[created(record_on(3)) for _ in range(3)])
    await delete_records_before(intel, 3, 3)

    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        assert await halts(intel) == {3: agreement.LOST}
        assert len(await intel.effects()) == 1

        with pytest.raises(RefusedError, match="2 values would never be read"):
            await move(operator(intel), RECORDS.name, [3], "start", by=BY, reason=WHY)
        await move(operator(intel), RECORDS.name, [3], "start", 2, by=BY, reason=WHY)
        await has_effects(intel, 2)
        await until(running.ready, "it complains of nothing")

    assert (await intel.effects())[1] == left
    assert await halts(intel) == {}


@pytest.mark.kafka
async def test_what_was_deleted_after_it_was_read_is_not_missed(house: FreshHouse) -> None:
    intel = await house("intel")
    await handle(intel, record_on(3), record_on(3))
    await intel.tell(created(record_on(3)))
    await delete_records_before(intel, 3, 2)

    async with intel.opened(room()):
        await has_effects(intel, 3)

    assert await halts(intel) == {}
