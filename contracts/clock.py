"""The event clock of scenarios: days that begin and end, and the question whether everything has come to rest. Refused in production."""

from typing import Annotated

from pydantic import Field

from contracts.fact import Fact
from contracts.limits import LARGEST_COUNT, Day

Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]


class DayBegan(Fact, type="day-began.v1", family="clock", subject="day"):
    """From now on it is this day (Europe/London)."""

    day: Day


class DayEnded(Fact, type="day-ended.v1", family="clock", subject="day"):
    """Whatever is due by the end of this day falls due now."""

    day: Day


class Quiet(Fact, type="quiet.v1", family="clock", subject="who"):
    """`who` has nothing in hand, nothing due and nothing unsent.

    The scenario asks by saying its own Quiet with a new `round`; each service answers the same round once it is at rest.
    `heard` and `said` count distinct tellings by topic.
    """

    who: str
    round: Count
    heard: dict[str, Count]
    said: dict[str, Count]
