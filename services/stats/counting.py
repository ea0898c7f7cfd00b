"""Under which rule an intelligence check is counted: the rule changed in July 2021, and both series stay computable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# Rule B counts what is sent from the second quarter of 2021-22 on; the month of sending chooses the rule.
RULE_B_FROM = date(2021, 7, 1)

BREAK_MARK = "[b]"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Sent:
    """How many reports were sent in one month on tasks created in one month; a month is its first day."""

    opened_month: date
    sent_month: date
    reports: int


@dataclass(frozen=True, slots=True)
class MonthlyChecks:
    """One month's figures. `mark` is the break mark where the published series changes its rule, else empty."""

    month: date
    opened: int
    rule_a: int
    rule_b: int
    published: int
    mark: str


def month_of(day: date) -> date:
    return day.replace(day=1)


def last_day_of(month: date) -> date:
    """31 days on from its first is in the next month, whose first is one day too far."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months_between(first: date, last: date) -> list[date]:
    """The months from the one of `first` to the one of `last`, both counted."""
    start, end = (each.year * MONTHS + each.month - 1 for each in (first, last))
    return [date(number // MONTHS, number % MONTHS + 1, 1) for number in range(start, end + 1)]


def rule_a(sent: Iterable[Sent], month: date) -> int:
    """Reports sent in the month in which their task was created too; one sent in a later month is never counted."""
    return sum(each.reports for each in sent if each.sent_month == month == each.opened_month)


def rule_b(sent: Iterable[Sent], month: date) -> int:
    """Reports sent in the month, whenever their task was created."""
    return sum(each.reports for each in sent if each.sent_month == month)


def published(sent: Iterable[Sent], month: date) -> int:
    """The figure under the rule in force when the report was sent."""
    return rule_b(sent, month) if month >= RULE_B_FROM else rule_a(sent, month)


def series(months: Iterable[date], opened: Mapping[date, int], sent: Iterable[Sent]) -> list[MonthlyChecks]:
    """Both rules and the published series for each month. `opened` is the number of tasks created by month."""
    by_month: dict[date, list[Sent]] = {}
    for each in sent:
        by_month.setdefault(each.sent_month, []).append(each)
    return [_month(month, opened.get(month, 0), by_month.get(month, [])) for month in months]


def _month(month: date, opened: int, sent: list[Sent]) -> MonthlyChecks:
    mark = BREAK_MARK if month == RULE_B_FROM else ""
    return MonthlyChecks(month, opened, rule_a(sent, month), rule_b(sent, month), published(sent, month), mark)
