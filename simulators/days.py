"""The scenario's calendar: Europe/London days, which of them are worked, and instants that surely lie within one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
SATURDAY = 5

FIRST_DAY = date(2021, 1, 4)
OPENING_ENDS = date(2021, 1, 29)
YEAR_BEGINS = date(2021, 4, 1)
YEAR_ENDS = date(2022, 3, 31)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def is_worked(day: date) -> bool:
    """Monday to Friday; bank holidays are worked here."""
    return day.weekday() < SATURDAY


def next_worked(day: date) -> date:
    """The day itself if it is worked, else the Monday after it."""
    while not is_worked(day):
        day += ONE_DAY
    return day


def begins(day: date) -> datetime:
    """The first instant of a London day, in UTC: 23:00 of the day before in summer."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def ends(day: date) -> datetime:
    """The last whole second of a London day, in UTC."""
    return begins(day + ONE_DAY) - timedelta(seconds=1)


def london_day(at: datetime) -> date:
    """The calendar day in the United Kingdom at an instant."""
    return at.astimezone(LONDON).date()


def office_hour(draws: Random, day: date) -> datetime:
    """Some minute between 06:00 and 18:00 UTC, the same date in London all year."""
    return datetime.combine(day, time(6), UTC) + timedelta(minutes=draws.randrange(12 * 60))


def short_hour(draws: Random, day: date) -> datetime:
    """Some minute of the first hour of a London day: in summer the UTC date is still the day before."""
    return begins(day) + timedelta(minutes=draws.randrange(1, 60))
