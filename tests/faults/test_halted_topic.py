"""An own topic that was lost, or that somebody else wrote on, halts alone: all others are told on, and it too once somebody has looked."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis import own_ends
from chassis.agreement import ABSENT, DIFFERENT
from chassis.database import Pool, open_pool
from chassis.hearing import FOREIGN
from chassis.leadership import Leadership
from chassis.own_ends import MADE_AGAIN, Told
from contracts.catalogue import BY_NAME, topic_of
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from landfall.replay import accept, replay_said
from services.handover.app import room as handover_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House, Running
from tests.chassis.ordering import operator
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.keys import KEYS
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

KENT, CHECKS = BY_NAME["handover-packs.kent.v1"], BY_NAME["checks.v1"]
LOCK_HOLDER = "select pid from pg_locks where locktype = 'advisory'"
WHY = {"by": "ACRO-1", "reason": "it was lost with its broker"}


def _notice(force: str = "kent") -> HandoverNotice:
    return HandoverNotice(handover_id=uuid4(), force=force, cohort=Cohort.UKSO, landing_day=date(2021, 8, 2))


@pytest_asyncio.fixture
async def handover(house: FreshHouse) -> House:
    return await house("handover")


@pytest_asyncio.fixture
async def pool(handover: House) -> AsyncIterator[Pool]:
    async with open_pool(handover.settings(), "test") as opened:
        yield opened


async def _halted(house: House, topic: str, why: str) -> None:
    async def it_is() -> bool:
        return {(each.topic, found) for each, found in (await own_ends.halted(house.owner)).items()} == {(house.prefix + topic, why)}

    await until(it_is, f"{topic} alone is halted")


async def _only_waits(house: House, topic: str, number: int) -> None:
    async def it_does() -> bool:
        rows = await house.owner.fetch("select topic from outbox join said on said.id = said_id")
        return [row["topic"] for row in rows] == [topic] * number

    await until(it_does, f"nothing but {topic} waits in the outbox")


async def _notified(house: House, topic: str = KENT.name) -> list[UUID]:
    return [each.data.handover_id for each in await house.on_topic(topic)]


async def test_a_topic_made_again_halts_though_one_round_tells_more_than_was_lost_and_all_others_are_told_on(
    handover: House, pool: Pool
) -> None:
    again, other, after = [_notice() for _ in range(4)], _notice("cleveland"), _notice()
    async with relaying(handover) as (only,):
        await say_all(pool, *[_notice() for _ in range(3)])
        await all_sent(handover)
        await make_topic_again(handover, KENT)
        await say_all(pool, *again)
        await _halted(handover, KENT.name, MADE_AGAIN)
        await say_all(pool, after, other)
        await _only_waits(handover, KENT.name, 1)
        halted = await _notified(handover)

        await accept(operator(handover), KENT.name, **WHY)
        await all_sent(handover)
        assert (only.leading, only.pulse.relay_failure) == (True, None)

    assert halted == [each.handover_id for each in again]
    assert await _notified(handover) == [each.handover_id for each in (*again, after)]
    assert await _notified(handover, topic_of(other).name) == [other.handover_id]


async def test_what_a_round_told_before_its_topic_was_made_again_is_told_once_more_and_the_rest_of_it_is_not(
    handover: House, pool: Pool
) -> None:
    told, rounds = [_notice() for _ in range(5)], list[int]()

    class MadeAgainMeanwhile(Leadership):
        """Between two values of its first round the topic is made again."""

        async def _send(self, rows: list[Any]) -> list[Told]:
            rounds.append(len(rows))
            if len(rounds) > 1:
                return await super()._send(rows)
            before = await super()._send(rows[:2])
            await make_topic_again(handover, KENT)
            return [*before, *await super()._send(rows[2:])]

    await say_all(pool, *told)
    async with relaying(handover, make=MadeAgainMeanwhile):
        await _halted(handover, KENT.name, MADE_AGAIN)
        await accept(operator(handover), KENT.name, **WHY)
        await all_sent(handover)

    assert rounds == [5, 2]
    assert await _notified(handover) == [each.handover_id for each in (*told[2:], *told[:2])]


async def test_what_waited_while_a_facts_topic_was_halted_is_told_behind_what_is_told_again(house: FreshHouse) -> None:
    intel, record = await house("intel"), uuid4()
    async with open_pool(intel.settings(), "test") as pool, relaying(intel):
        await say_all(pool, *[check_opened(record) for _ in range(3)])
        await all_sent(intel)
        await make_topic_again(intel, CHECKS)
        await say_all(pool, *[check_opened(record) for _ in range(4)])
        await _halted(intel, CHECKS.name, MADE_AGAIN)
        await say_all(pool, *[check_opened(record) for _ in range(2)])

        assert await replay_said(operator(intel), CHECKS.name, **WHY) == 3
        await all_sent(intel)

    assert [each.version for each in await intel.on_topic(CHECKS.name)] == [4, 5, 6, 7, 1, 2, 3, 8, 9]


async def test_what_was_told_on_a_halted_topic_and_not_forgotten_is_not_told_again_once_it_is_accepted(handover: House, pool: Pool) -> None:
    again, rounds = [_notice() for _ in range(4)], list[int]()

    class LosesItsConnection(Leadership):
        """Cut off in its second round, between the broker's acknowledgement and its own deletion."""

        async def _send(self, rows: list[Any]) -> list[Told]:
            told = await super()._send(rows)
            rounds.append(len(rows))
            if len(rounds) == 2:
                assert await handover.end_connections(await handover.fetchval(LOCK_HOLDER)) == 1
            return told

    async with relaying(handover, make=LosesItsConnection):
        await say_all(pool, *[_notice() for _ in range(3)])
        await all_sent(handover)
        await make_topic_again(handover, KENT)
        await say_all(pool, *again)
        await _halted(handover, KENT.name, DIFFERENT)
        await _only_waits(handover, KENT.name, 4)
        await accept(operator(handover), KENT.name, **WHY)
        await all_sent(handover)

    assert rounds == [3, 4]
    assert await _notified(handover) == [each.handover_id for each in again]


async def test_each_halted_topic_is_complained_of_and_the_relay_has_not_failed(handover: House) -> None:
    garbage = ["handover-packs.kent.v1", "handover-packs.essex.v1"]
    for topic in garbage:
        await handover.tell_raw(b"garbage", topic=topic)
    complaints = [f"nothing is told on {handover.prefix}{topic}: {FOREIGN}" for topic in sorted(garbage)]

    async with handover.opened(handover_room(KEYS), outbox_seconds=2.0) as running, open_pool(handover.settings(), "test") as pool:
        await until(lambda: _complains_of_nothing_but(running, complaints), "it complains of each of them and of nothing else")
        await say_all(pool, _notice("kent"), _notice("essex"), _notice("cleveland"))
        await _only_wait(handover, 2)
        assert await _complains_of_nothing_but(running, complaints)
        for topic in garbage:
            await accept(operator(handover), topic, **WHY)
        await all_sent(handover)
        await until(running.ready, "it complains no longer")

    assert [len(await handover.values_on(topic)) for topic in garbage] == [2, 2]


async def _complains_of_nothing_but(running: Running, complaints: list[str]) -> bool:
    return await running.complaints() == complaints


async def _only_wait(house: House, number: int) -> None:
    async def so_many_wait() -> bool:
        return bool(await house.fetchval("select count(*) = $1 from outbox", number))

    await until(so_many_wait, f"{number} wait and all others are told")


async def test_a_lost_topic_is_halted_at_the_start_and_the_others_are_told(handover: House, pool: Pool) -> None:
    other = _notice("cleveland")
    async with relaying(handover):
        await say_all(pool, _notice())
        await all_sent(handover)
    await make_topic_again(handover, KENT)
    await say_all(pool, _notice(), other)

    async with relaying(handover):
        await _halted(handover, KENT.name, ABSENT)
        await _only_waits(handover, KENT.name, 1)

    assert await _notified(handover, topic_of(other).name) == [other.handover_id]
