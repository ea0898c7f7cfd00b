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


class RestAsked(Fact, type="rest-asked.v1", family="clock", subject="round"):
    """The scenario asks everybody for rest; each service answers this round with Quiet."""

    round: Count


class Quiet(Fact, type="quiet.v1", family="quiet", subject="who", principal="who"):
    """`who` has nothing in hand, nothing due and nothing unsent; the answer to RestAsked.

    `heard` and `said` count distinct tellings by topic.
    """

    who: str
    round: Count
    heard: dict[str, Count]
    said: dict[str, Count]
