"""The worked vectors of the counting rules, T1 to T4: a task, when it was created, when its report was sent."""

from datetime import UTC, date, datetime

import pytest

from contracts.codes import Cohort
from simulators.counting import Check, by_month, check
from simulators.days import london_day

MONTHS = ("2021-05", "2021-06", "2021-07", "2021-08")

T1 = Check(date(2021, 5, 3), date(2021, 5, 20))
T2 = Check(date(2021, 5, 28), date(2021, 6, 2))
T3 = Check(date(2021, 6, 30), date(2021, 7, 5))
T4 = Check(date(2021, 5, 10), None)


def counted_in(task: Check, rule: str) -> list[str]:
    return [month.month for month in by_month([task], MONTHS) if getattr(month, rule)]


@pytest.mark.parametrize(
    ("task", "rule_a", "rule_b", "published"),
    [
        (T1, ["2021-05"], ["2021-05"], ["2021-05"]),
        (T2, [], ["2021-06"], []),
        (T3, [], ["2021-07"], ["2021-07"]),
        (T4, [], [], []),
    ],
    ids=["T1", "T2", "T3", "T4"],
)
def test_a_report_is_counted_in_the_month_that_the_rule_says(
    task: Check, rule_a: list[str], rule_b: list[str], published: list[str]
) -> None:
    assert counted_in(task, "rule_a") == rule_a
    assert counted_in(task, "rule_b") == rule_b
    assert counted_in(task, "published") == published


def test_half_past_midnight_in_summer_belongs_to_the_next_month() -> None:
    sent = london_day(datetime(2021, 7, 31, 23, 30, tzinfo=UTC))

    (august,) = counted_in(Check(date(2021, 7, 1), sent), "rule_b")

    assert august == "2021-08"


@pytest.mark.parametrize(
    ("cohort", "opened", "sent"),
    [
        (Cohort.UKSO, date(2021, 4, 6), date(2021, 4, 15)),
        (Cohort.UKSO, date(2021, 4, 8), date(2021, 4, 19)),
        (Cohort.FNSO, date(2021, 4, 6), date(2021, 4, 22)),
        (Cohort.FNSO, date(2021, 4, 9), date(2021, 4, 26)),
    ],
)
def test_a_report_is_sent_at_its_cohorts_pace_and_on_a_working_day(cohort: Cohort, opened: date, sent: date) -> None:
    assert check(opened, cohort, date(2022, 3, 31)).sent == sent


def test_a_report_that_falls_due_after_the_last_day_is_not_sent() -> None:
    opened = date(2022, 3, 25)

    assert check(opened, Cohort.UKSO, date(2022, 3, 31)).sent is None
