"""Of all instances one sends, as long as it holds the lock; another takes over when it ends."""

import asyncio
from uuid import uuid4

import pytest

from chassis import relay as relays
from chassis.database import Pool
from chassis.room import Room
from tests.chassis.house import House, Witness
from tests.chassis.relaying import all_sent, check_opened, open_checks, relaying, say_all
from tests.chassis.tellings import created
from tests.waiting import until

FOLLOWS = """
select pid from pg_stat_activity where datname = current_database() and application_name = 'intel-relay'
    and pid not in (select pid from pg_locks where locktype = 'advisory')
"""


async def test_of_two_instances_one_sends_and_the_other_takes_over(intel: House, pool: Pool) -> None:
    async with relaying(intel, 2) as both:
        await until(lambda: any(each.leading for each in both), "one of them leads")
        (leader,) = [each for each in both if each.leading]
        (other,) = [each for each in both if each is not leader]
        await say_all(pool, *[check_opened() for _ in range(50)])
        await all_sent(intel)
        led_alone = not other.leading

        leader.stop()
        await until(lambda: other.leading, "the other has taken over")
        await say_all(pool, *[check_opened() for _ in range(50)])
        await all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert led_alone
    assert len(told) == len({each.id for each in told}) == 100


async def test_a_leader_whose_lock_died_with_its_connection_loses_nothing(intel: House, pool: Pool) -> None:
    async with relaying(intel) as (only,):
        await until(lambda: only.leading, "it leads")
        await say_all(pool, *[check_opened() for _ in range(50)])
        assert await intel.end_connections(await intel.fetchval("select pid from pg_locks where locktype = 'advisory'")) == 1
        await say_all(pool, *[check_opened() for _ in range(50)])
        await all_sent(intel)

    assert len({each.id for each in await intel.on_topic("checks.v1")}) == 100


async def test_who_lost_its_lock_sends_nothing_more(intel: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "LEAD", "select $1::bigint is not null")  # a leader without a lock, as behind a pooler of connections
    await say_all(pool, check_opened())

    async with relaying(intel) as (only,):
        await until(lambda: only.pulse.relay_failure == "ConnectionError", "it notices that it holds no lock")

    assert await intel.on_topic("checks.v1") == []
    assert await intel.fetchval("select count(*) from outbox") == 1


@pytest.mark.kafka
async def test_a_producer_that_gets_no_answer_is_dismissed_with_all_that_it_held(intel: House, pool: Pool) -> None:
    record = uuid4()
    async with relaying(intel, send_seconds=0.5) as (only,):
        await say_all(pool, check_opened(record))
        await all_sent(intel)
        with intel.kafka.silent():
            await say_all(pool, *[check_opened(record) for _ in range(1000)])  # more than one batch for one partition
            await until(lambda: only.pulse.relay_failure == "TimeoutError", "it gives up on its producer")
            left_behind = _producers_at_work()
        await all_sent(intel)

    assert left_behind == 0
    assert {each.version for each in await intel.on_topic("checks.v1")} == set(range(1, 1002))


def _producers_at_work() -> int:
    """Routines that send for some producer of this process; the test's own house has one."""
    names = [getattr(each.get_coro(), "__qualname__", "") for each in asyncio.all_tasks()]
    return names.count("Sender._sender_routine") - 1


async def test_a_follower_that_was_woken_sleeps_again(intel: House) -> None:
    async with relaying(intel, 2) as both:
        await until(lambda: any(each.leading for each in both), "one of them leads")
        (follower,) = [each for each in both if not each.leading]
        follower.wake()
        await until(lambda: not follower.woken.is_set(), "the follower has gone back to sleep")


async def test_a_follower_whose_connection_was_ended_complains_no_longer_once_it_has_another(intel: House) -> None:
    async with relaying(intel, 2) as both:
        await until(lambda: any(each.leading for each in both), "one of them leads")
        (follower,) = [each for each in both if not each.leading]
        await until(lambda: _ended(intel, FOLLOWS), "its connection is ended")
        await until(lambda: follower.pulse.relay_failure is not None, "it complains")
        await until(lambda: follower.pulse.relay_failure is None, "it complains no longer")
        assert not follower.leading


async def _ended(house: House, who: str) -> bool:
    pid = await house.fetchval(who)
    return pid is not None and await house.end_connections(pid) == 1


async def test_what_a_follower_commits_wakes_the_leader_though_it_never_looks_by_itself(intel: House) -> None:
    async with relaying(intel, sweep_seconds=3600) as (leader,):
        await until(lambda: leader.leading, "it leads")
        async with intel.opened(Room("intel", {"records": Witness(and_then=open_checks).hear})) as follower:
            await until(follower.ready, "another instance follows")
            await intel.tell(created(uuid4()))
            await until(lambda: _something_is_said(intel), "the follower has committed")
            await all_sent(intel)
            assert leader.leading

    assert len(await intel.on_topic("checks.v1")) == 1


async def _something_is_said(house: House) -> bool:
    return bool(await house.fetchval("select exists (select from said)"))
