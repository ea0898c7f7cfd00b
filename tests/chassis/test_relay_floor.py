"""What was sent and deleted costs nothing more, even while somebody's snapshot keeps it from being swept away (H17)."""

import json
from typing import Any

from chassis.database import Pool
from chassis.occasion import Occasion, Telling
from chassis.outbox import READ, Outbox
from chassis.relay import Relay
from chassis.say import say
from tests.chassis.house import House
from tests.chassis.relaying import AT, all_sent, check_opened, relaying, say_all
from tests.waiting import until

GONE = 100_000
SENT_BEFORE = "insert into outbox (said_id) select gen_random_uuid() from generate_series(1, $1)"


async def _pages_read(house: House, floor: int) -> int:
    """How many pages one read of the relay looks at, from that floor."""
    (plan,) = json.loads(await house.fetchval(f"explain (analyze, buffers, format json) {READ}", floor, 500, house.prefix))
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


async def test_deleted_rows_under_a_held_snapshot_are_not_read_again(intel: House, pool: Pool) -> None:
    await intel.owner.execute(SENT_BEFORE, GONE)
    async with pool.acquire() as reader, reader.transaction(isolation="repeatable_read"):
        await reader.fetchval("select count(*) from outbox")
        await intel.owner.execute("delete from outbox")
        async with relaying(intel) as (leader,):
            await say_all(pool, check_opened())
            await all_sent(intel)
            await until(_has_looked_again(leader), "it has looked for late ones once more, and gone back to its floor")
            floor = _outbox(leader).floor

        assert await _pages_read(intel, 0) > 100 * await _pages_read(intel, floor)


def _outbox(leader: Relay) -> Outbox:
    assert leader.leadership is not None
    return leader.leadership.outbox


def _has_looked_again(leader: Relay) -> Any:
    before = _outbox(leader).scan_at
    return lambda: _outbox(leader).scan_at > before


async def test_late_ones_of_several_rounds_are_all_found_by_one_look(intel: House, pool: Pool) -> None:
    late, early = [check_opened() for _ in range(25)], check_opened()
    async with relaying(intel, round_messages=10, sweep_seconds=3600) as (leader,), pool.acquire() as slow:
        await until(lambda: leader.leading, "it leads")
        slowly = slow.transaction()
        await slowly.start()
        await say(slow, [Telling(each, Occasion(AT)) for each in late])
        await say_all(pool, early)
        leader.wake()
        await all_sent(intel)
        await slowly.commit()
        _outbox(leader).scan_at = 0
        leader.wake()
        await all_sent(intel)

    assert {each.data for each in await intel.on_topic("checks.v1")} == {*late, early}
