"""Outsiders' ids are put down once, by two instances at a time too, and forgotten once nothing that bears them can be read again (H2)."""

import asyncio
from uuid import uuid4

import pytest

from chassis import forgetting
from chassis.database import Pool, open_pool
from chassis.forgetting import REMEMBERED_DAYS, Forgetting
from chassis.heard_once import Met, meet
from contracts.catalogue import TOPICS
from tests.chassis.house import House
from tests.chassis.replying import declines, handover
from tests.chassis.tellings import candidate
from tests.keys import VAULT
from tests.outside import Message

__all__ = ["handover"]

PUT_DOWN = """
insert into heard_once (topic, id, value, heard_at)
select 'handover-replies.cleveland.v1', gen_random_uuid(), '', now() - make_interval(days => $1) from generate_series(1, $2)
"""


async def _meets(pool: Pool, told: Message, gate: asyncio.Event | None = None) -> Met:
    async with pool.acquire() as tx, tx.transaction():
        met = await meet(tx, VAULT, [candidate(told.told, 1, topic=told.topic)])
        if gate is not None:
            await gate.wait()
        return met


@pytest.mark.parametrize("same", [True, False])
async def test_of_two_instances_that_meet_one_id_at_once_the_second_waits_for_the_first(handover: House, same: bool) -> None:  # noqa: FBT001 - a parameter
    gate, first = asyncio.Event(), declines(uuid4())
    second = first if same else declines(uuid4(), first.id)
    async with open_pool(handover.settings(), "test") as pool:
        meeting = [asyncio.create_task(_meets(pool, first, gate))]
        await asyncio.sleep(0.2)
        meeting.append(asyncio.create_task(_meets(pool, second)))
        await asyncio.sleep(0.2)
        assert not any(each.done() for each in meeting)
        gate.set()
        met = await asyncio.gather(*meeting)

    assert [each.doubles for each in met] == [0, int(same)]
    assert len(met[1].new) == int(not same)


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, [8, 3, 3]), (60.0, [3, 3, 3])], ids=["no time", "time enough"])
async def test_what_nobody_can_read_again_is_forgotten_so_many_at_a_time_while_there_is_time(
    handover: House, monkeypatch: pytest.MonkeyPatch, seconds: float, expected: list[int]
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 10)
    monkeypatch.setattr(forgetting, "AT_MOST_SECONDS", seconds)
    await handover.owner.execute(PUT_DOWN, REMEMBERED_DAYS + 1, 15)
    await handover.owner.execute(PUT_DOWN, REMEMBERED_DAYS - 1, 3)
    left = []

    async with open_pool(handover.settings(), "test") as pool:
        for _ in range(3):
            await Forgetting(pool).forget()
            left.append(await handover.fetchval("select count(*) from heard_once"))

    assert left == expected


async def test_it_is_looked_for_no_more_than_once_a_minute(handover: House) -> None:
    async with open_pool(handover.settings(), "test") as pool:
        forgets = Forgetting(pool)
        await forgets.forget()
        await handover.owner.execute(PUT_DOWN, REMEMBERED_DAYS + 1, 1)
        await forgets.forget()

    assert await handover.fetchval("select count(*) from heard_once") == 1


async def test_what_came_again_lately_is_remembered_from_then_on(handover: House) -> None:
    told = declines(uuid4())
    async with open_pool(handover.settings(), "test") as pool:
        await _meets(pool, told)
        await handover.owner.execute("update heard_once set heard_at = now() - make_interval(days => $1)", REMEMBERED_DAYS + 1)
        await _meets(pool, told)
        await Forgetting(pool).forget()

        assert (await _meets(pool, told)).doubles == 1


def test_they_are_remembered_for_longer_than_any_such_topic_is_kept() -> None:
    kept = [each.family.kept_days for each in TOPICS if each.family.name in {"notifications", "travel-notices", "handover-replies"}]
    assert None not in kept
    assert all((each or 0) + 30 <= REMEMBERED_DAYS for each in kept)
