"""A stored place moves only from where its reader believes it to be, whoever else reads at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import TopicPartition
from pydantic import SecretStr

from chassis import place
from chassis.database import Pool, open_pool
from chassis.place import Move, Place
from chassis.settings import Settings
from tests.conftest import FreshDatabase
from tests.waiting import until

ONE, TWO = TopicPartition("records.v1", 0), TopicPartition("records.v1", 1)
LAST = place.digest(b"the value before")


@asynccontextmanager
async def _places(database: FreshDatabase, starts: dict[TopicPartition, int]) -> AsyncIterator[Pool]:
    settings = Settings(database_url=SecretStr((await database("intel")).url), api_token=SecretStr("-"))
    async with open_pool(settings, "test") as pool:
        await place.begin(pool, starts)
        yield pool


def _move(partition: TopicPartition, expected: int, following: int) -> Move:
    return Move(partition, expected, following, LAST)


async def test_a_place_moves_from_where_it_is(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5}) as pool, pool.acquire() as tx:
        moved = await place.advance(tx, [_move(ONE, 5, 8)])

        assert moved == {ONE}
        assert await place.read(pool, [ONE]) == {ONE: Place(8, LAST, None)}


async def test_a_place_that_is_elsewhere_does_not_move_and_the_others_do(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5, TWO: 5}) as pool, pool.acquire() as tx:
        moved = await place.advance(tx, [_move(ONE, 4, 8), _move(TWO, 5, 6)])

        places = await place.read(pool, [ONE, TWO])
        assert moved == {TWO}
        assert (places[ONE].next, places[TWO].next) == (5, 6)


@pytest.mark.parametrize(("stopped", "moves"), [("*", set()), ("records.v1", set()), ("checks.v1", {ONE, TWO})])
async def test_no_place_moves_while_its_topic_or_everything_is_stopped(
    database: FreshDatabase, stopped: str, moves: set[TopicPartition]
) -> None:
    async with _places(database, {ONE: 5, TWO: 5}) as pool, pool.acquire() as tx:
        await tx.execute("insert into stop (topic, why, held) values ($1, 'too much failed', 20)", stopped)

        assert await place.advance(tx, [_move(ONE, 5, 8), _move(TWO, 5, 6)]) == moves


async def test_not_even_a_place_further_back_lets_a_reader_jump(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5}) as pool, pool.acquire() as tx:
        assert await place.advance(tx, [_move(ONE, 6, 8)]) == set()


async def test_of_two_readers_at_one_place_exactly_one_moves_it_and_the_other_waits_to_learn_so(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5, TWO: 5}) as pool, pool.acquire() as winner, pool.acquire() as loser:
        first = winner.transaction()
        await first.start()
        won = await place.advance(winner, [_move(ONE, 5, 8)])

        losing = asyncio.create_task(_advance_in_a_transaction(loser, [_move(TWO, 5, 6), _move(ONE, 5, 9)]))
        await until(lambda: _waits_for_a_lock(pool, loser), "the loser waits for the winner")
        await first.commit()
        lost = await losing

        assert (won, lost) == ({ONE}, {TWO})
        assert (await place.read(pool, [ONE]))[ONE].next == 8


async def test_the_one_who_waited_moves_it_where_the_other_gave_up(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5}) as pool, pool.acquire() as quitter, pool.acquire() as other:
        first = quitter.transaction()
        await first.start()
        await place.advance(quitter, [_move(ONE, 5, 8)])

        waiting = asyncio.create_task(_advance_in_a_transaction(other, [_move(ONE, 5, 9)]))
        await until(lambda: _waits_for_a_lock(pool, other), "the other waits")
        await first.rollback()

        assert await waiting == {ONE}
        assert (await place.read(pool, [ONE]))[ONE].next == 9


async def test_two_readers_of_the_same_partitions_in_any_order_do_not_deadlock(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5, TWO: 5}) as pool, pool.acquire() as one, pool.acquire() as other:
        there = [_move(ONE, 5, 6), _move(TWO, 5, 6)]
        moved = await asyncio.gather(_advance_in_a_transaction(one, there), _advance_in_a_transaction(other, there[::-1]))

        assert sorted(map(len, moved)) == [0, 2]


async def test_a_halted_partition_never_moves(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5}) as pool, pool.acquire() as tx:
        await place.halt(pool, ONE, "first reason")
        await place.halt(pool, ONE, "second reason")

        assert await place.advance(tx, [_move(ONE, 5, 8)]) == set()
        assert await place.read(pool, [ONE]) == {ONE: Place(5, None, "first reason")}


async def test_beginning_again_does_not_move_a_place(database: FreshDatabase) -> None:
    async with _places(database, {ONE: 5}) as pool:
        await place.begin(pool, {ONE: 0, TWO: 3})

        places = await place.read(pool, [ONE, TWO])
        assert (places[ONE].next, places[TWO].next) == (5, 3)


def test_an_empty_value_and_none_are_told_apart() -> None:
    assert place.digest(None) != place.digest(b"")


async def _advance_in_a_transaction(connection: object, moves: list[Move]) -> set[TopicPartition]:
    assert isinstance(connection, asyncpg.pool.PoolConnectionProxy)
    async with connection.transaction():
        return await place.advance(connection, moves)


async def _waits_for_a_lock(pool: Pool, connection: object) -> bool:
    assert isinstance(connection, asyncpg.pool.PoolConnectionProxy)
    return bool(await pool.fetchval("select wait_event_type = 'Lock' from pg_stat_activity where pid = $1", connection.get_server_pid()))
