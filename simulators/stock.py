"""Who is managed: the records of the opening, told in January 2021, and those that the year creates straight from a notification."""

from simulators.days import FIRST_DAY, OPENING_ENDS
from simulators.told import Draws, Known, created

OPENING = 2_105
CREATED_AT_ONCE = 245

FIRST_OF_OPENING, FIRST_OF_CREATED = 0, 5_000


def opening(seed: int, number: int = OPENING) -> list[Known]:
    """Those managed when the year begins (2,147 is 2 % more than 2,105). Their checks are answered before it does."""
    draws = Draws(seed, "opening", FIRST_OF_OPENING)
    return [created(draws, day, lasting=True) for day in draws.told_days(number, FIRST_DAY, OPENING_ENDS)]


def created_at_once(seed: int) -> list[Known]:
    """Those of the year's 263 about whom no person has to decide."""
    draws = Draws(seed, "created", FIRST_OF_CREATED)
    return [created(draws, day) for day in draws.told_days(CREATED_AT_ONCE)]
