"""The scenario's own reading of how intelligence checks are counted, written apart from statistics so that one can prove the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.codes import Cohort
from simulators.days import next_worked

DAYS_TO_REPORT = {Cohort.UKSO: 9, Cohort.FNSO: 16}
COUNTED_BY_MONTH_SENT_FROM = "2021-07"
BREAK_MARK = "[b]"


@dataclass(frozen=True, slots=True)
class Check:
    """One task, and when its report is sent; None if it never is."""

    opened: date
    sent: date | None


@dataclass(frozen=True, slots=True)
class MonthOfChecks:
    """One month's figures, the month written 2021-04."""

    month: str
    opened: int
    rule_a: int
    rule_b: int

    @property
    def published(self) -> int:
        """Rule A for what is sent up to June 2021, rule B from July on."""
        return self.rule_b if self.month >= COUNTED_BY_MONTH_SENT_FROM else self.rule_a

    @property
    def mark(self) -> str:
        """Where the published series breaks."""
        return BREAK_MARK if self.month == COUNTED_BY_MONTH_SENT_FROM else ""


def check(opened: date, cohort: Cohort, last_day: date) -> Check:
    """The check of a record created on a day, as far as it has come by the end of `last_day`."""
    due = next_worked(opened + timedelta(days=DAYS_TO_REPORT[cohort]))
    return Check(opened, due if due <= last_day else None)


def by_month(checks: Iterable[Check], months: Iterable[str]) -> tuple[MonthOfChecks, ...]:
    """Each month's tasks created, reports sent on them in the same month (rule A), and all reports sent (rule B)."""
    known = list(checks)
    return tuple(_month(known, month) for month in months)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def _month(checks: list[Check], month: str) -> MonthOfChecks:
    opened = [each for each in checks if month_of(each.opened) == month]
    sent = [each for each in checks if each.sent is not None and month_of(each.sent) == month]
    return MonthOfChecks(month, len(opened), sum(month_of(each.opened) == month for each in sent), len(sent))
