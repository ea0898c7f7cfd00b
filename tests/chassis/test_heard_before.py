"""What was heard before a restore is heard again from where it was read, over the holes of a compacted topic too."""

from uuid import uuid4

from chassis.heard_before import certainly_heard
from tests.chassis.tellings import created, raw


def test_what_lies_behind_a_hole_was_the_next_at_the_place_before_it() -> None:
    told = [created(uuid4()) for _ in range(4)]
    raws = [raw(each.to_bytes(), offset) for each, offset in zip(told, (8, 12, 13, 19), strict=True)]

    heard = certainly_heard(7, raws, {told[2].id}, reach=0)

    assert [(each.raw.offset, each.place) for each in heard] == [(8, 7), (12, 9), (13, 13)]
