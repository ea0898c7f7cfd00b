"""Whoever leads the relay hears first what was told before: what was told and not forgotten is not told again (H8)."""

from datetime import date
from typing import Any
from uuid import uuid4

from chassis.database import open_pool
from chassis.leadership import Leadership
from chassis.own_ends import Told
from contracts.catalogue import topic_of
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from tests.chassis.conftest import FreshHouse
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.waiting import until

LOCK_HOLDER = "select pid from pg_locks where locktype = 'advisory'"


async def test_what_was_told_by_a_leader_that_could_not_forget_it_is_not_told_again(house: FreshHouse) -> None:
    intel, lost = await house("intel"), list[int]()

    class LosesItsConnection(Leadership):
        """Cut off between the broker's acknowledgement and its own deletion, once."""

        async def _send(self, rows: list[Any]) -> list[Told]:
            told = await super()._send(rows)
            if not lost:
                lost.append(await intel.end_connections(await intel.fetchval(LOCK_HOLDER)))
            return told

    async with open_pool(intel.settings(), "test") as pool, relaying(intel, make=LosesItsConnection):
        await say_all(pool, *[check_opened() for _ in range(20)])
        await all_sent(intel)
        await say_all(pool, *[check_opened() for _ in range(20)])
        await all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert lost == [1]
    assert len(told) == len({each.id for each in told}) == 40


async def test_what_a_force_was_told_by_a_leader_that_died_is_not_told_again_and_is_gone_here(house: FreshHouse) -> None:
    handover = await house("handover")
    notice = HandoverNotice(handover_id=uuid4(), force="cleveland", cohort=Cohort.UKSO, landing_day=date(2021, 8, 2))

    class Dies(Leadership):
        """Ends between the broker's acknowledgement and its own deletion."""

        async def _send(self, rows: list[Any]) -> list[Told]:
            await super()._send(rows)
            first.stop()
            raise ConnectionError

    async with open_pool(handover.settings(), "test") as pool, relaying(handover, make=Dies) as (first,):
        await say_all(pool, notice)
        await until(first.stopping.is_set, "the broker has it and its leader has died")
    left = await handover.fetchval("select payload is not null from outbox join said on said.id = said_id")
    async with relaying(handover):
        await all_sent(handover)

    assert left
    assert [each.data for each in await handover.on_topic(topic_of(notice).name)] == [notice]
    assert await handover.fetchval("select payload is null from said")
