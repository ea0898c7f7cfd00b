"""A topic that was made again under a reader, and outgrew its place before anybody noticed, halts: after a minute, or whoever reads on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf, nan

import pytest
import pytest_asyncio

from chassis import lookout
from chassis.earlier import MADE_AGAIN
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import delete_records_before, halts, handle, has_effects, make_topic_again, record_on, room, says_halted
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, operator
from tests.chassis.standing_still import Apart, opened_apart
from tests.chassis.tellings import created
from tests.waiting import until

pytestmark = pytest.mark.kafka

HALTS = {3: MADE_AGAIN}


@pytest_asyncio.fixture
async def intel(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> House:
    """Who reads there looks at an earlier place when it begins, and then not before somebody says so."""
    monkeypatch.setattr(lookout, "COMPARE_SECONDS", inf)
    return await house("intel")


async def _one_is_handled(intel: House) -> None:
    """And no earlier place is known yet: whoever reads on keeps one once it has looked."""
    await handle(intel, record_on(3))
    await intel.owner.execute("delete from earlier_place")


async def _stands_at(intel: House, number: int) -> None:
    """The earlier place that is kept of partition 3."""
    kept = "select coalesce((select next = $1 from earlier_place where partition = 3), false)"
    await until(lambda: intel.fetchval(kept, number), f"the place of a while ago is {number}")


@asynccontextmanager
async def _read_on(intel: House) -> AsyncIterator[Apart]:
    """A reader whose topic was made again and outgrew its place, and who has noticed nothing; the first value there was not applied."""
    await _one_is_handled(intel)
    async with opened_apart(intel, room()) as reading:
        await _stands_at(intel, 1)
        async with reading.standing_still():
            await make_topic_again(intel)
            await intel.tell(*[created(record_on(3)) for _ in range(3)])
        await has_effects(intel, 3)
        assert await halts(intel) == {}
        yield reading


async def _halts(intel: House) -> None:
    async def it_does() -> bool:
        return await halts(intel) == HALTS

    await until(it_does, "the partition is halted")


async def test_its_reader_notices_a_minute_later(intel: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _read_on(intel):
        monkeypatch.setattr(lookout, "COMPARE_SECONDS", 0.0)
        await _halts(intel)
        await intel.tell(created(record_on(3)), created(record_on(4)))
        await has_effects(intel, 4)


async def test_who_is_started_after_it_notices_at_once_and_reads_all_of_it_once_an_operator_has_moved_the_place(
    intel: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _read_on(intel):
        pass

    monkeypatch.setattr(lookout, "COMPARE_SECONDS", nan)  # never, not even when it begins: before it reads anything it looks by itself
    async with intel.opened(room()) as running:
        await says_halted(intel, running, 3)
        assert await halts(intel) == HALTS
        await move(operator(intel), "records.v1", [3], "start", by=BY, reason=WHY)
        await has_effects(intel, 4)
        await until(running.ready, "it is ready")

    async with intel.opened(room()) as running:
        await until(running.ready, "what lay before a place that was moved is not missed")


async def test_who_is_given_the_partition_after_it_notices_at_once(intel: House) -> None:
    async with _read_on(intel), intel.opened(room()):
        await _halts(intel)


async def test_a_value_whose_time_of_keeping_is_over_is_not_missed(intel: House) -> None:
    await _one_is_handled(intel)
    async with intel.opened(room()):
        await _stands_at(intel, 1)
        await intel.tell(created(record_on(3)), created(record_on(3)))
        await has_effects(intel, 3)
    await delete_records_before(intel, 3, 2)

    async with intel.opened(room()) as running:
        await intel.tell(created(record_on(3)))
        await has_effects(intel, 4)
        await until(running.ready, "it is ready")


async def test_the_earlier_place_is_not_written_anew_with_each_batch(intel: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await _one_is_handled(intel)
    async with intel.opened(room()) as running:
        await _stands_at(intel, 1)
        for number in range(2, 6):
            await intel.tell(created(record_on(3)))
            await has_effects(intel, number)
        await until(running.ready, "it is ready")
        await _stands_at(intel, 1)

        monkeypatch.setattr(lookout, "COMPARE_SECONDS", 0.0)
        await _stands_at(intel, 5)
