"""Where the latest replaces what was told before, a reader takes what is higher, drops what is not, and waits for nothing."""

from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import seen
from chassis.candidate import Candidate
from chassis.database import columns
from chassis.seen import Seen, Subject
from chassis.sift import ContradictionError, Sifted, sift
from contracts.envelope import Envelope
from tests.chassis.tellings import candidate, figure
from tests.conftest import FreshDatabase

TOPIC = "statistics.v1"
SUBJECT = (TOPIC, "created:2021-07:national")
NO_ONE_WAITS: set[Subject] = set()


def at(told: Envelope[Any], offset: int) -> Candidate:
    return candidate(told, offset, topic=TOPIC)


def heard(told: Envelope[Any]) -> dict[Subject, Seen]:
    return {SUBJECT: Seen.latest(told.version or 0, told.content_hash)}


def sifted(seen_so_far: dict[Subject, Seen], *told: Envelope[Any]) -> Sifted:
    return sift([at(each, offset) for offset, each in enumerate(told)], [], seen_so_far, NO_ONE_WAITS)


def test_a_version_from_beyond_a_gap_is_taken_at_once() -> None:
    found = sifted({}, figure(7, 7), figure(9, 9))

    assert [each.version for each in found.fresh] == [7, 9]
    assert found.held == []


def test_an_older_version_is_dropped_whatever_it_says() -> None:
    found = sifted(heard(figure(7, 7)), figure(3, 3), figure(999, 6))

    assert (found.fresh, found.held, found.doubles) == ([], [], 2)


def test_an_older_version_behind_a_newer_one_in_the_same_batch_is_dropped_too() -> None:
    found = sifted({}, figure(7, 7), figure(6, 6))

    assert [each.version for each in found.fresh] == [7]
    assert found.doubles == 1


def test_the_last_version_told_again_is_a_double() -> None:
    found = sifted(heard(figure(7, 7)), figure(7, 7))

    assert (found.fresh, found.doubles) == ([], 1)


def test_the_last_version_with_another_value_contradicts() -> None:
    with pytest.raises(ContradictionError, match="version 7 of a subject came again with other content"):
        sifted(heard(figure(7, 7)), figure(8, 7))


def test_one_version_with_two_values_in_one_batch_contradicts() -> None:
    with pytest.raises(ContradictionError):
        sifted({}, figure(7, 7), figure(8, 7))


def test_what_is_newer_does_not_wait_behind_what_is_held_because_it_replaces_it() -> None:
    found = sift([at(figure(8, 8), 0)], [], heard(figure(6, 6)), {SUBJECT})

    assert [each.version for each in found.fresh] == [8]
    assert found.held == []


@given(st.lists(st.lists(st.integers(1, 30), max_size=8), max_size=6))
def test_whatever_the_order_a_reader_only_goes_up_and_ends_with_the_highest(batches: list[list[int]]) -> None:
    so_far: dict[Subject, Seen] = {}
    handled = list[int]()

    for batch in batches:
        fresh = sifted(so_far, *[figure(version, version) for version in batch]).fresh
        for each in fresh:
            so_far[SUBJECT] = each.heard_after(so_far.get(SUBJECT, Seen()))
        handled += [each.version for each in fresh]

    assert all(before < after for before, after in pairwise(handled))
    assert handled[-1:] == [max(told)] if (told := [version for batch in batches for version in batch]) else handled == []


async def test_how_far_a_figure_was_heard_is_kept_with_the_hash_of_its_last_version_alone(database: FreshDatabase) -> None:
    last = figure(9, 9)
    connection = await asyncpg.connect((await database("intel")).url)

    await seen.write(connection, heard(figure(7, 7)))
    await seen.write(connection, heard(last))

    assert await seen.read(connection, [SUBJECT]) == {SUBJECT: Seen(9, last.content_hash[:8])}
    await connection.close()


@pytest.mark.parametrize("length", [0, 7, 16, 32])
async def test_hashes_of_neither_all_versions_nor_the_last_are_refused(database: FreshDatabase, length: int) -> None:
    connection = await asyncpg.connect((await database("intel")).url)

    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(seen.WRITE, *columns([(*SUBJECT, 3, b"x" * length)], 4))
    await connection.close()
