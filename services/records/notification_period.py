"""Until when a person must notify (section 82): never one day guessed, but the earliest and the latest that the papers allow."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.codes import Disposal, Finding
from contracts.notifications import Conviction, Sanction
from services.records.law import period_row

INDEFINITE = date.max
"""Stands for the last day of a period that has none."""

LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class Period:
    """The last day of a notification period, inclusive, between two readings. `in_doubt` asks for a person even if both agree."""

    earliest: date
    latest: date
    in_doubt: bool = False

    def ended_before(self, day: date) -> bool | None:
        """Whether it was over before `day`; None where the readings disagree."""
        if self.latest < day:
            return True
        return None if self.earliest < day else False


def period_of(conviction: Conviction, day: date, *, under_18: bool) -> Period:
    """The period of one foreign conviction under the law of `day`; it runs from the decision abroad (section 96ZC(2)).

    `under_18` is the age on the day of the decision. Suspended terms, lengths that were not told, no sanction told and the
    29 February are for a person.
    """
    sanctions = conviction.sanctions
    if not sanctions and conviction.finding is Finding.CAUTIONED:
        sanctions = (Sanction(disposal=Disposal.CAUTION),)
    if not sanctions:
        return Period(conviction.decided_on, INDEFINITE, in_doubt=True)
    periods = [_of_sanction(conviction.decided_on, each, day, under_18=under_18) for each in _readings(sanctions)]
    longest = Period(max(each.earliest for each in periods[: len(sanctions)]), max(each.latest for each in periods))
    return Period(longest.earliest, longest.latest, in_doubt=any(each.in_doubt for each in periods))


def last_day(relevant_date: date, sanction: Sanction, day: date, *, under_18: bool) -> date:
    """The last day of the period for one sanction as told, INDEFINITE where it has none; a missing length counts as 0 months."""
    months = _period_months(sanction, day, under_18=under_18)
    return INDEFINITE if months is None else add_months(relevant_date, months) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > INDEFINITE.year:
        return INDEFINITE
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _readings(sanctions: tuple[Sanction, ...]) -> tuple[Sanction, ...]:
    """The sanctions and, where there are several terms, their sum: whether they run one after the other is not told (section 82(3))."""
    terms = [each.months or 0 for each in sanctions if each.disposal is Disposal.IMPRISONMENT]
    if len(terms) < len(("one", "another")):
        return sanctions
    return (*sanctions, Sanction(disposal=Disposal.IMPRISONMENT, months=sum(terms)))


def _of_sanction(relevant_date: date, sanction: Sanction, day: date, *, under_18: bool) -> Period:
    told = last_day(relevant_date, sanction, day, under_18=under_18)
    if sanction.months is None and sanction.disposal in {Disposal.IMPRISONMENT, Disposal.CONDITIONAL_DISCHARGE}:
        return Period(told, INDEFINITE, in_doubt=True)
    if sanction.suspended:
        otherwise = last_day(relevant_date, Sanction(disposal=Disposal.COMMUNITY), day, under_18=under_18)
        return Period(min(told, otherwise), max(told, otherwise), in_doubt=True)
    if told < INDEFINITE and (relevant_date.month, relevant_date.day) == LEAP_DAY and (told + timedelta(days=1)).day != relevant_date.day:
        return Period(told, told + timedelta(days=1), in_doubt=True)
    return Period(told, told)


def _period_months(sanction: Sanction, day: date, *, under_18: bool) -> int | None:
    row = period_row(sanction.disposal, sanction.months or 0, day)
    if row.own_length:
        return sanction.months or 0
    if row.months is None:
        return None
    return row.months // 2 if under_18 else row.months
