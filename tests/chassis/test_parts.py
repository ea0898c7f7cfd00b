"""A part that ends is seen to have ended, however it did."""

import asyncio

import pytest

from chassis.parts import CutShortError, GivenUpError, complain_of_the_dead, unless_cut_short


async def cancelled_from_within() -> None:
    """As a client does that cancels what it waits for."""
    raise asyncio.CancelledError


async def test_a_part_that_nobody_of_ours_cancelled_takes_the_service_with_it() -> None:
    relay = asyncio.create_task(cancelled_from_within(), name="relay")
    await asyncio.wait([relay])

    with pytest.raises(GivenUpError, match="relay"):
        complain_of_the_dead([relay])


async def test_a_part_that_is_done_or_still_at_work_is_no_death() -> None:
    done, at_work = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(asyncio.sleep(60))
    await asyncio.wait([done])

    complain_of_the_dead([done, at_work])

    at_work.cancel()


async def test_what_was_cancelled_from_within_before_it_was_done_is_no_word_to_stop() -> None:
    with pytest.raises(GivenUpError):
        await unless_cut_short(cancelled_from_within(), asyncio.Event())


async def test_what_the_word_to_stop_cut_short_says_so() -> None:
    stop = asyncio.Event()
    stop.set()

    with pytest.raises(CutShortError):
        await unless_cut_short(asyncio.sleep(60), stop)
