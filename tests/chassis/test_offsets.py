"""Which offsets may follow a place: compaction leaves holes that are normal, anything else does not (H3, H7)."""

import pytest

from chassis.offsets import BACKWARDS, HOLE, misfit


@pytest.mark.parametrize("offsets", [[7, 8, 9], [7, 9], [30]])
def test_a_hole_that_compaction_left_is_read_over(offsets: list[int]) -> None:
    assert misfit(offsets, 7, compacted=True) is None


@pytest.mark.parametrize("offsets", [[6], [7, 7], [7, 6]])
def test_even_a_compacted_topic_never_goes_back(offsets: list[int]) -> None:
    assert misfit(offsets, 7, compacted=True) == BACKWARDS


@pytest.mark.parametrize("offsets", [[6, 7], [8], [7, 9], [7, 7]])
def test_where_nothing_is_compacted_offsets_follow_one_another(offsets: list[int]) -> None:
    assert misfit([7, 8, 9], 7, compacted=False) is None
    assert misfit(offsets, 7, compacted=False) == HOLE
