"""How far own topics were told moves only where a round follows what was told before; all else that was acknowledged is looked into."""

from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition

from chassis import own_ends
from chassis.database import Pool
from chassis.outbox import WAITING
from chassis.own_ends import Followed, Told
from chassis.place import digest
from tests.chassis.house import House
from tests.chassis.relaying import check_opened, say_all

KENT, ESSEX = TopicPartition("handover-packs.kent.v1", 0), TopicPartition("handover-packs.essex.v1", 0)
FOLLOWS = Followed()
FELL = Followed(fell=frozenset({KENT}))
TORN = Followed(fell=frozenset({KENT}), torn=frozenset({KENT}))
SKIPPED = Followed(skipped=frozenset({KENT}))


def _told(partition: TopicPartition, *offsets: int) -> list[Told]:
    return [Told(partition, each, b"told at %d" % each) for each in offsets]


async def _ends(pool: Pool) -> dict[TopicPartition, int]:
    async with pool.acquire() as tx:
        return {each: end.next for each, end in (await own_ends.read(tx, [KENT.topic, ESSEX.topic])).items()}


@pytest.mark.parametrize(
    ("before", "offsets", "comes_of_it", "ends_at"),
    [
        pytest.param(3, (3, 4), FOLLOWS, 5, id="what follows"),
        pytest.param(0, (0, 1), FOLLOWS, 2, id="the first that is ever told"),
        pytest.param(3, (0, 1), FELL, 3, id="less than was lost, on a topic made again"),
        pytest.param(3, (0, 1, 2, 3), FELL, 3, id="more than was lost, on a topic made again"),
        pytest.param(3, (3, 4, 0, 1), TORN, 3, id="on a topic made again within the round"),
        pytest.param(0, (0, 1, 0, 1, 2), TORN, 0, id="the first that is ever told, on a topic made again within the round"),
        pytest.param(3, (3, 4, 0, 1, 2, 3, 4, 5), TORN, 3, id="on a topic made again within the round, more than was lost"),
        pytest.param(3, (4, 5), SKIPPED, 3, id="behind what somebody else has written"),
        pytest.param(3, (3, 5), SKIPPED, 3, id="around what somebody else has written"),
        pytest.param(0, (1,), SKIPPED, 0, id="the first that is ever told, behind what somebody else has written"),
    ],
)
async def test_an_end_moves_only_over_what_was_told_here(
    pool: Pool, before: int, offsets: Sequence[int], comes_of_it: Followed, ends_at: int
) -> None:
    async with pool.acquire() as tx:
        await own_ends.follow(tx, _told(KENT, *range(before)))

        assert await own_ends.follow(tx, [*_told(KENT, *offsets), *_told(ESSEX, 0)]) == comes_of_it

    assert await _ends(pool) == ({KENT: ends_at} if ends_at else {}) | {ESSEX: 1}


async def test_the_last_value_told_is_known_again(pool: Pool) -> None:
    async with pool.acquire() as tx:
        await own_ends.follow(tx, _told(KENT, 0, 1))

        assert (await own_ends.read(tx, [KENT.topic]))[KENT].last_digest == digest(b"told at 1")


async def test_a_halted_end_stays_where_it_is_and_keeps_its_first_reason(pool: Pool) -> None:
    async with pool.acquire() as tx:
        await own_ends.follow(tx, _told(KENT, 0))
        await own_ends.halt(tx, KENT, "somebody looks")
        await own_ends.halt(tx, KENT, "somebody else looks")
        await own_ends.halt(tx, ESSEX, "where nothing was told yet")
        await own_ends.go_on(tx, [*_told(KENT, 1), *_told(ESSEX, 0)])

        assert await own_ends.follow(tx, _told(KENT, 1)) == SKIPPED
        assert await own_ends.halted(tx) == {KENT: "somebody looks", ESSEX: "where nothing was told yet"}
    assert await _ends(pool) == {KENT: 1, ESSEX: 0}


async def test_what_only_an_operator_can_free_is_counted_as_waiting_and_not_as_overdue(intel: House, pool: Pool) -> None:
    await say_all(pool, check_opened())
    await intel.owner.execute("update outbox set queued_at = now() - interval '1 hour'")

    halted, flowing = [await intel.owner.fetchrow(WAITING, topics) for topics in (["checks.v1"], ["discards.intel.v1"])]

    assert halted is not None
    assert flowing is not None
    assert (halted["messages"], halted["seconds"]) == (1, 0)
    assert (flowing["messages"], flowing["seconds"] >= 3600) == (1, True)
