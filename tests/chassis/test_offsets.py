"""Which offsets may follow a place: compaction leaves holes that are normal, anything else does not (H3, H7)."""

import pytest

from chassis.offsets import BACKWARDS, HOLE, how_far, misfit


@pytest.mark.parametrize("offsets", [[7, 8, 9], [7, 9], [30]])
def test_a_hole_that_compaction_left_is_read_over(offsets: list[int]) -> None:
    assert how_far(offsets, 7, compacted=True) == len(offsets)


@pytest.mark.parametrize(("offsets", "up_to"), [([6], 0), ([7, 7], 1), ([7, 6], 1), ([9, 12, 8], 2)])
def test_even_a_compacted_topic_never_goes_back(offsets: list[int], up_to: int) -> None:
    assert how_far(offsets, 7, compacted=True) == up_to


@pytest.mark.parametrize(("offsets", "up_to"), [([7, 8, 9], 3), ([6, 7], 0), ([8], 0), ([7, 9], 1), ([7, 7], 1), ([7, 8, 10, 11], 2)])
def test_where_nothing_is_compacted_offsets_follow_one_another(offsets: list[int], up_to: int) -> None:
    assert how_far(offsets, 7, compacted=False) == up_to


def test_of_a_hole_it_is_said_where_it_ends() -> None:
    assert (misfit(9, 7), misfit(6, 7)) == (f"{HOLE} 9", BACKWARDS)
