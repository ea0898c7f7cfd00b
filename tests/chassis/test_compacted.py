"""A topic that Apache Kafka has really compacted: who reads it goes on over the holes, and its owner finds that all agrees (H3)."""

from typing import Any

import pytest

from chassis import place
from chassis.database import Pool, open_pool
from contracts.wire import decode
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import halts
from tests.chassis.figures import PARTITION, PERIODS, SUBJECT, TOPIC, asked, opened, partition_of
from tests.chassis.house import House
from tests.chassis.relaying import all_sent, relaying, say_all
from tests.chassis.tellings import total
from tests.places.compacting import compacting
from tests.waiting import until

READ = 3
"""How many versions the reader has heard before it is away."""
NEIGHBOUR = next(each for each in PERIODS if each != "2021-07" and partition_of(total(1, each).subject) == PARTITION)
"""Of another figure on that partition, which is told once and stays."""


async def _lying(stats: House) -> list[Any]:
    """What the topic holds of the figure and its neighbours on that partition."""
    return [each for each in await stats.records_on(TOPIC.name) if each.partition == PARTITION]


async def _tell(stats: House, pool: Pool, *values: int) -> None:
    for value in values:
        await say_all(pool, total(value))
        await all_sent(stats)


async def _tell_until_it_has_holes(stats: House, pool: Pool) -> None:
    """At the reader's place and further on: each telling closes a segment, and the cleaner comes for it."""
    await _tell(stats, pool, READ + 1)
    await say_all(pool, total(1, NEIGHBOUR))
    await all_sent(stats)
    values = iter(range(READ + 2, 10_000))

    async def it_has() -> bool:
        await _tell(stats, pool, next(values))
        first, second, *_ = [each.offset for each in await _lying(stats)]
        return bool(first == READ + 1 and second > first + 1)

    await until(it_has, "what was replaced is gone")


@pytest.mark.kafka
async def test_what_compaction_took_is_missed_by_neither_reader_nor_owner(house: FreshHouse) -> None:
    stats, intel = await house("stats"), await house("intel")
    async with (
        compacting(stats.kafka.bootstrap, stats.prefix + TOPIC.name, TOPIC.settings),
        open_pool(stats.settings(), "test") as pool,
        relaying(stats) as (leader,),
    ):
        async with opened(intel):
            await _tell(stats, pool, *range(1, READ + 1))
            await until(lambda: _has_read_to(intel, READ), "it has read all of it")
        await _tell_until_it_has_holes(stats, pool)
        left = await _lying(stats)

        async with opened(intel):
            await until(lambda: _has_read_to(intel, left[-1].offset + 1), "it has read on")
        found = await asked(stats, leader)

    shown, last = await _shown(intel), decode(TOPIC, left[-1].value).version
    assert await halts(intel) == {}
    assert shown[:READ] == [*range(1, READ + 1)]
    assert shown == sorted(set(shown))
    assert (READ + 1 in shown, READ + 2 in shown, shown[-1]) == (False, False, last)
    assert await intel.fetchval("select last_digest from positions where partition = $1", PARTITION) == place.digest(left[-1].value)
    assert (found["agree"], found["again"], found["strange"]) == (2, 0, 0)
    assert (await _lying(stats))[-1] == left[-1]


async def _has_read_to(intel: House, offset: int) -> bool:
    return bool(await intel.fetchval("select next = $2 from positions where partition = $1", PARTITION, offset))


async def _shown(intel: House) -> list[int]:
    return [row["version"] for row in await intel.owner.fetch("select version from effect where subject = $1 order by nr", SUBJECT)]
