"""Which offsets may follow a place: without a hole, or on a compacted topic, whose holes are normal, only never backwards."""

from collections.abc import Sequence
from itertools import count, pairwise, takewhile

HOLE = "the topic has a hole at the stored place: offsets of a topic that nobody writes in transactions follow one another; it goes on at"
BACKWARDS = "the topic goes back behind the stored place: it was re-created, truncated or restored"


def how_far(offsets: Sequence[int], following: int, *, compacted: bool) -> int:
    """How many of these offsets can be read on from a place."""
    if compacted:
        return len(list(takewhile(lambda pair: pair[0] < pair[1], pairwise([following - 1, *offsets]))))
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(offsets, count(following)))))


def misfit(offset: int, following: int) -> str:
    """Why this one cannot."""
    return f"{HOLE} {offset}" if offset > following else BACKWARDS
