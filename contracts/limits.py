"""The edges of what may be told: text, days and instants that every database, log and sum of months behind us can hold."""

# ruff: noqa: EM101 - the first thing a refusal is made of is the name of a rule, not its text
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

FIRST_YEAR = 1800
LAST_YEAR = 2199
LARGEST_COUNT = 2**63 - 1
LARGEST_VERSION = 2**31 - 1  # CloudEvents 1.0 gives whole numbers among attributes 32 bits
NO_NUL = r"^[^\u0000]*$"
NO_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$"


def check_year(year: int) -> None:
    """Refuse the ends of the calendar, where no time zone and no number of months can be added any more.

    Raises:
        PydanticCustomError: the year is not one of 1800 to 2199.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PydanticCustomError("year_range", "must lie in the years 1800 to 2199")


def _moment(moment: datetime) -> datetime:
    check_year(moment.year)
    return moment


def _day(day: date) -> date:
    check_year(day.year)
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
"""An instant with its offset, in the years 1800 to 2199."""

Day = Annotated[date, AfterValidator(_day)]
"""A calendar day in the years 1800 to 2199."""
