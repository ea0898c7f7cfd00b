"""What lies between two rounds of a leader was not told by it: it is heard before anything more is told."""

from uuid import UUID, uuid4

import pytest

from chassis import own_ends
from chassis.database import Pool
from chassis.hearing import FOREIGN, hear_first
from tests.chassis.house import House
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.chassis.tellings import created
from tests.waiting import until


async def _told(intel: House, pool: Pool, record: UUID) -> None:
    await say_all(pool, check_opened(record))
    await all_sent(intel)


@pytest.mark.parametrize("value", [b"garbage", created(uuid4()).to_bytes()], ids=["no telling", "what a neighbour tells elsewhere"])
async def test_what_a_stranger_wrote_between_two_rounds_halts_the_topic(intel: House, pool: Pool, value: bytes) -> None:
    record = uuid4()

    async def it_halts() -> bool:
        return {FOREIGN} == set((await own_ends.halted(intel.owner)).values())

    async with relaying(intel) as (only,):
        await _told(intel, pool, record)
        await intel.tell_raw(value, key=str(record).encode(), topic="checks.v1")
        await _told(intel, pool, record)
        await until(it_halts, "what the stranger wrote is noticed")
        assert (only.leading, only.pulse.relay_failure) == (True, None)

    assert len(await intel.values_on("checks.v1")) == 3


async def test_what_an_old_leader_told_between_two_rounds_is_known_and_telling_goes_on(intel: House, pool: Pool) -> None:
    record = uuid4()

    async def all_of_it_is_told_before() -> bool:
        return bool(await intel.fetchval("select max(next) = 3 from own_end"))

    async with relaying(intel):
        await _told(intel, pool, record)
        await intel.tell(*await intel.on_topic("checks.v1"))
        await _told(intel, pool, record)
        await until(all_of_it_is_told_before, "it has heard what lies there")
        await _told(intel, pool, record)

    assert [each.version for each in await intel.on_topic("checks.v1")] == [1, 1, 2, 3]
    assert await own_ends.halted(intel.owner) == {}


async def test_who_hears_itself_shows_that_it_lives(intel: House, pool: Pool) -> None:
    async with relaying(intel):
        await _told(intel, pool, uuid4())
    await intel.owner.execute("delete from own_end")
    signs = list[str]()

    async with pool.acquire() as tx:
        await hear_first(intel.settings(), "intel", tx, lambda: signs.append("it reads"))

    assert signs
