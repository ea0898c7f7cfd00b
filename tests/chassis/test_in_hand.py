"""What a recall had in hand when its process ended is blamed; one that fails blames nothing, and one that succeeds forgets (H10)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis.attempts import HOPELESS_FROM
from chassis.database import Pool, open_pool
from chassis.in_hand import InHand, recalling
from chassis.not_yet import CannotRecallError
from chassis.settings import Settings
from tests.conftest import FreshDatabase


class OutageError(Exception):
    """Something that is no value's fault."""


DEADLY, INNOCENT = "records.v1/3/17", "records.v1/3/16"


@pytest_asyncio.fixture
async def pool(database: FreshDatabase) -> AsyncIterator[Pool]:
    settings = Settings(database_url=SecretStr((await database("intel")).url), api_token=SecretStr("-"))
    async with open_pool(settings, "test") as found:
        yield found


async def _ended_over(pool: Pool, in_hand: str | None) -> None:
    """A recall that ended with its process left this behind."""
    await pool.execute("insert into recall_under_way (in_hand) values ($1)", in_hand)


async def _fails(pool: Pool, after: Callable[[InHand], Awaitable[None]]) -> None:
    """A recall fails, and its process goes on."""
    with suppress(OutageError):
        async with recalling(pool) as recall:
            await after(recall)
            raise OutageError


async def _in_hand(pool: Pool) -> str | None:
    found: str | None = await pool.fetchval("select in_hand from recall_under_way")
    return found


async def test_a_recall_puts_down_what_it_tries_once_an_earlier_one_ended_with_its_process(pool: Pool) -> None:
    async with recalling(pool) as first:
        await first.take(DEADLY)
        assert await _in_hand(pool) is None

    await _ended_over(pool, None)
    async with recalling(pool) as second:
        for each in (INNOCENT, DEADLY):
            await second.take(each)
        assert await _in_hand(pool) == DEADLY
        assert second.why_hopeless(DEADLY) is None


async def test_what_ended_the_process_often_enough_is_hopeless_and_what_was_tried_before_it_is_not(pool: Pool) -> None:
    for _ in range(HOPELESS_FROM):
        await _ended_over(pool, DEADLY)
        await _fails(pool, lambda recall: recall.take(INNOCENT))

    async with recalling(pool) as recall:
        assert (recall.why_hopeless(DEADLY) or "").startswith("the process ended")
        assert recall.why_hopeless(INNOCENT) is None
    async with recalling(pool) as recall:
        assert recall.why_hopeless(DEADLY) is None


async def test_what_cannot_be_recalled_without_it_is_tried_once_at_each_start_for_a_release_may_bear_it(pool: Pool) -> None:
    for _ in range(HOPELESS_FROM):
        await _ended_over(pool, DEADLY)
        await _fails(pool, lambda recall: recall.take(INNOCENT))

    for _ in range(2):
        with pytest.raises(CannotRecallError):
            await _cannot(pool)
        await _fails(pool, _has_hope)
        await _ended_over(pool, DEADLY)


async def _has_hope(recall: InHand) -> None:
    assert recall.why_hopeless(DEADLY) is None


async def _cannot(pool: Pool) -> None:
    async with recalling(pool) as recall:
        assert recall.why_hopeless(DEADLY) is not None
        raise CannotRecallError


async def test_a_statement_that_never_ended_is_blamed_as_well(pool: Pool) -> None:
    for _ in range(HOPELESS_FROM):
        await _fails(pool, lambda recall: recall.overran(DEADLY))

    async with recalling(pool) as recall:
        assert recall.why_hopeless(DEADLY) is not None
