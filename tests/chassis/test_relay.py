"""What was said reaches the broker though anything dies: one leader sends, in order, and deletes only what was acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis import relay as relays
from chassis.database import Pool, open_pool
from chassis.occasion import Occasion, Telling
from chassis.pulse import Pulse
from chassis.relay import Relay
from chassis.room import Room
from chassis.say import say
from contracts.catalogue import topic_of
from contracts.checks import IntelCheckOpened
from contracts.codes import Cohort
from contracts.fact import Fact
from contracts.handover_packs import HandoverNotice
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.tellings import created
from tests.waiting import until

AT = datetime(2021, 7, 15, 12, tzinfo=UTC)


def _opened(record_id: UUID | None = None) -> IntelCheckOpened:
    return IntelCheckOpened(record_id=record_id or uuid4(), check_id=uuid4())


@pytest_asyncio.fixture
async def intel(house: FreshHouse) -> House:
    return await house("intel")


@pytest_asyncio.fixture
async def pool(intel: House) -> AsyncIterator[Pool]:
    async with open_pool(intel.settings(), "test") as opened:
        yield opened


async def _say(pool: Pool, *facts: Fact) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await say(tx, [Telling(fact, Occasion(AT)) for fact in facts])


@asynccontextmanager
async def _relaying(house: House, number: int = 1) -> AsyncIterator[Sequence[Relay]]:
    """So many instances' relays at work."""
    async with AsyncExitStack() as stack:
        found = [Relay(house.settings(), house.name, Pulse()) for _ in range(number)]
        for each in found:
            task = asyncio.create_task(each.run())
            stack.push_async_callback(asyncio.wait, [task])
            stack.callback(each.stop)
        yield found


async def _all_sent(house: House) -> None:
    async def outbox_is_empty() -> bool:
        return bool(await house.fetchval("select not exists (select from outbox)"))

    await until(outbox_is_empty, "everything is acknowledged")


async def test_what_was_committed_before_a_crash_is_said_after_it(intel: House, pool: Pool) -> None:
    facts = [_opened() for _ in range(20)]
    await _say(pool, *facts)

    async with _relaying(intel):
        await _all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert sorted(each.data.subject for each in told) == sorted(fact.subject for fact in facts)
    assert {each.id for each in told} == {row["id"] for row in await intel.owner.fetch("select id from said")}


async def test_what_a_handler_says_is_said_by_the_whole_service(intel: House) -> None:
    async def open_a_check(batch: Any, tx: Any) -> None:
        await say(tx, [Telling(_opened(received.fact.record_id), received.occasion) for received in batch])

    told = [created(uuid4()) for _ in range(10)]
    async with intel.opened(Room("intel", {"records": Witness(and_then=open_a_check).hear})):
        await intel.tell(*told)

        async def said() -> bool:
            return bool(await intel.fetchval("select count(*) = 10 from said"))

        await until(said, "everything is said")
        await _all_sent(intel)

    checks = await intel.on_topic("checks.v1")
    assert sorted((each.subject, each.causationid) for each in checks) == sorted((each.subject, each.id) for each in told)


async def test_of_two_instances_one_sends_and_the_other_takes_over(intel: House, pool: Pool) -> None:
    async with _relaying(intel, 2) as both:
        await until(lambda: any(each.leading for each in both), "one of them leads")
        (leader,) = [each for each in both if each.leading]
        (other,) = [each for each in both if each is not leader]
        await _say(pool, *[_opened() for _ in range(50)])
        await _all_sent(intel)
        led_alone = not other.leading

        leader.stop()
        await until(lambda: other.leading, "the other has taken over")
        await _say(pool, *[_opened() for _ in range(50)])
        await _all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert led_alone
    assert len(told) == len({each.id for each in told}) == 100


async def test_a_leader_whose_lock_died_with_its_connection_loses_nothing(intel: House, pool: Pool) -> None:
    async with _relaying(intel) as (only,):
        await until(lambda: only.leading, "it leads")
        await _say(pool, *[_opened() for _ in range(50)])
        assert await intel.end_connections(await intel.fetchval("select pid from pg_locks where locktype = 'advisory'")) == 1
        await _say(pool, *[_opened() for _ in range(50)])
        await _all_sent(intel)

    assert len({each.id for each in await intel.on_topic("checks.v1")}) == 100


async def test_who_lost_its_lock_sends_nothing_more(intel: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "LEAD", "select $1::bigint is not null")  # a leader without a lock, as behind a pooler of connections
    await _say(pool, _opened())

    async with _relaying(intel) as (only,):
        await until(lambda: only.pulse.relay_failure == "ConnectionError", "it notices that it holds no lock")

    assert await intel.on_topic("checks.v1") == []
    assert await intel.fetchval("select count(*) from outbox") == 1


async def test_who_committed_late_with_a_lower_number_is_sent_and_not_deleted_unsent(intel: House, pool: Pool) -> None:
    late, early = _opened(), _opened()
    async with _relaying(intel), pool.acquire() as slow:
        slowly = slow.transaction()
        await slowly.start()
        await say(slow, [Telling(late, Occasion(AT))])
        await _say(pool, early)
        await _all_sent(intel)
        await slowly.commit()
        await _all_sent(intel)

    assert {each.data for each in await intel.on_topic("checks.v1")} == {late, early}


async def test_rounds_keep_the_order_of_each_record(intel: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "ROUND", 7)
    records = [uuid4() for _ in range(5)]

    async with _relaying(intel):
        for _ in range(4):
            await _say(pool, *[_opened(record) for _ in range(5) for record in records])
        await _all_sent(intel)

    told = await intel.on_topic("checks.v1")
    for record in records:
        assert [each.version for each in told if each.subject == str(record)] == list(range(1, 21))


async def test_a_payload_for_one_force_is_gone_once_the_broker_has_it(house: FreshHouse) -> None:
    handover = await house("handover")
    notice = HandoverNotice(handover_id=uuid4(), force="cleveland", cohort=Cohort.UKSO, landing_day=date(2021, 8, 2))
    async with open_pool(handover.settings(), "test") as pool:
        await _say(pool, notice)
        before = await handover.fetchval("select payload is not null from said")
        async with _relaying(handover):
            await _all_sent(handover)

    assert before
    assert [each.data for each in await handover.on_topic(topic_of(notice).name)] == [notice]
    assert await handover.fetchval("select payload is null from said")


async def test_a_fact_stays_so_that_it_can_be_told_again(intel: House, pool: Pool) -> None:
    async with _relaying(intel):
        await _say(pool, _opened())
        await _all_sent(intel)

    (told,) = await intel.on_topic("checks.v1")
    assert await intel.fetchval("select payload from said") == told.to_bytes()


async def test_a_follower_that_was_woken_sleeps_again(intel: House) -> None:
    async with _relaying(intel, 2) as both:
        await until(lambda: any(each.leading for each in both), "one of them leads")
        (follower,) = [each for each in both if not each.leading]
        follower.wake()
        await until(lambda: not follower.woken.is_set(), "the follower has gone back to sleep")


async def test_a_follower_s_word_wakes_the_leader(intel: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "SWEEP_SECONDS", 3600)
    async with _relaying(intel) as (leader,):
        await until(lambda: leader.leading, "it leads")
        await _say(pool, _opened())
        await pool.execute("select pg_notify($1, '')", relays.WAKE)
        await _all_sent(intel)
