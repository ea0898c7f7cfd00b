"""How many things are named in one sentence."""

from collections.abc import Sequence


def named(those: Sequence[object], most: int = 20) -> str:
    """The first of them, and how many more there are."""
    more = len(those) - most
    return ", ".join(map(str, those[:most])) + (f" and {more} more" if more > 0 else "")
