"""Which offsets may follow a place: without a hole, or on a compacted topic, whose holes are normal, only never backwards."""

from collections.abc import Sequence
from itertools import pairwise

HOLE = "the topic has a hole at the stored place: offsets of a topic that nobody writes in transactions follow one another"
BACKWARDS = "the topic goes back behind the stored place: it was re-created, truncated or restored"


def misfit(offsets: Sequence[int], following: int, *, compacted: bool) -> str | None:
    """Why these offsets cannot be read on from a place; None if they can."""
    if compacted:
        return None if all(before < after for before, after in pairwise([following - 1, *offsets])) else BACKWARDS
    return None if list(offsets) == list(range(following, following + len(offsets))) else HOLE
