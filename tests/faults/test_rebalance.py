"""From one instance to four and back to one under load: each telling is applied once, in order, and the pauses are measured."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pytest

from contracts.catalogue import BY_NAME
from tests.faults.load import Stage
from tests.faults.measured import measured
from tests.faults.service import ServiceProcess
from tests.waiting import until

PATIENCE_SECONDS = 120.0
NOW = "select clock_timestamp()"
PAUSE = """
select coalesce(max(extract(epoch from pause)), 0)::float8 from (
    select applied_at - lag(applied_at) over (order by applied_at) as pause from effect where applied_at between $1 and $2
) as pauses
"""
LONGEST_OF_ONE = """
select coalesce(max(extract(epoch from pause)), 0)::float8 from (
    select applied_at - lag(applied_at) over (partition by partition order by applied_at) as pause
    from effect where applied_at between $1 and $2
) as pauses
"""
READERS = """
select count(*) = $3 and count(distinct process) = $2 from (
    select distinct on (partition) partition, process from effect where applied_at > $1 order by partition, nr desc
) as last
"""


async def _shared_by(intel: Stage, since: datetime, number: int) -> None:
    """Every partition is read again, by so many processes together."""

    async def they_do() -> bool:
        return bool(await intel.fetchval(READERS, since, number, BY_NAME["records.v1"].partitions))

    await until(they_do, f"{number} processes share all partitions", PATIENCE_SECONDS)


async def _measure(intel: Stage, change: str, since: datetime) -> None:
    now = await intel.fetchval(NOW)
    nobody, one = await intel.fetchval(PAUSE, since, now), await intel.fetchval(LONGEST_OF_ONE, since, now)
    measured(f"paused {change}", f"{nobody:.1f} s nobody, {one:.1f} s at most one partition")


async def _end(leaving: Sequence[ServiceProcess]) -> None:
    for each in leaving:
        each.process.terminate()
    await until(lambda: all(each.process.poll() is not None for each in leaving), "they have ended")


@pytest.mark.kafka
async def test_from_one_to_four_and_back_under_load_every_telling_is_applied_once_and_in_order(intel: Stage) -> None:
    (first,) = intel.start(1)
    await until(first.ready, "the first is ready")
    async with intel.under_load():
        began = await intel.fetchval(NOW)
        await _shared_by(intel, began, 1)
        began = await intel.fetchval(NOW)
        *others, last = intel.start(3)
        await _shared_by(intel, began, 4)
        await _measure(intel, "1->4", began)

        began = await intel.fetchval(NOW)
        await _end([first, *others])
        await _shared_by(intel, await intel.fetchval(NOW), 1)
        await _measure(intel, "4->1", began)
    await until(intel.all_is_applied, "everything is applied", PATIENCE_SECONDS)
    await _end([last])

    assert [each.process.returncode for each in intel.processes] == [0, 0, 0, 0]
    assert Counter(await intel.effects()) == Counter(intel.told)
    assert all(versions == list(range(1, len(versions) + 1)) for versions in (await intel.versions()).values())
    assert await intel.fetchval("select count(*) from said") == len(intel.told)
    assert await intel.fetchval("select count(*) from outbox") == 0
    assert await intel.all_that_was_said_was_told_once()
