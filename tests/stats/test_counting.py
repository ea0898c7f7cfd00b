"""Under which rule a check is counted: four tasks whose figures are known, and what holds for all."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.occasion import london_day
from services.stats.counting import Sent, month_of, months_between, published, rule_a, rule_b, series

MAY, JUNE, JULY, AUGUST = (date(2021, month, 1) for month in (5, 6, 7, 8))
YEAR = months_between(date(2021, 4, 1), date(2022, 3, 31))


def task(created: date, sent: date) -> Sent:
    return Sent(month_of(created), month_of(sent), 1)


@pytest.mark.parametrize(
    ("sent", "under_a", "under_b", "in_print"),
    [
        ([task(date(2021, 5, 3), date(2021, 5, 20))], [MAY], [MAY], [MAY]),
        ([task(date(2021, 5, 28), date(2021, 6, 2))], [], [JUNE], []),
        ([task(date(2021, 6, 30), date(2021, 7, 5))], [], [JULY], [JULY]),
        ([], [], [], []),
    ],
    ids=["T1 same month", "T2 lost by rule A", "T3 across the change", "T4 not sent"],
)
def test_four_tasks_count_as_the_rules_say(sent: list[Sent], under_a: list[date], under_b: list[date], in_print: list[date]) -> None:
    assert [month for month in YEAR if rule_a(sent, month)] == under_a
    assert [month for month in YEAR if rule_b(sent, month)] == under_b
    assert [month for month in YEAR if published(sent, month)] == in_print


def test_a_report_sent_half_an_hour_past_midnight_in_london_counts_in_the_new_month() -> None:
    sent_at = datetime(2021, 7, 31, 23, 30, tzinfo=UTC)

    assert month_of(london_day(sent_at)) == AUGUST


def test_the_published_series_breaks_in_july_2021_and_nowhere_else() -> None:
    lines = series(YEAR, {}, [])

    assert [line.month for line in lines if line.mark] == [JULY]
    assert lines[3].mark == "[b]"


def test_both_series_stand_beside_the_published_one() -> None:
    sent = [Sent(MAY, MAY, 5), Sent(MAY, JUNE, 3), Sent(JUNE, JUNE, 4), Sent(JUNE, JULY, 2), Sent(JULY, JULY, 6)]

    lines = series([MAY, JUNE, JULY], {MAY: 8, JUNE: 6, JULY: 7}, sent)

    assert [(line.opened, line.rule_a, line.rule_b, line.published) for line in lines] == [(8, 5, 5, 5), (6, 4, 7, 4), (7, 6, 8, 8)]


def test_months_follow_each_other_across_the_new_year() -> None:
    assert months_between(date(2021, 12, 31), date(2022, 2, 1)) == [date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1)]


MONTHS = st.sampled_from(YEAR)


@given(sent=st.lists(st.builds(Sent, MONTHS, MONTHS, st.integers(0, 50)), max_size=30))
def test_rule_b_counts_every_report_once_and_rule_a_never_more(sent: list[Sent]) -> None:
    assert sum(rule_b(sent, month) for month in YEAR) == sum(each.reports for each in sent)
    assert all(rule_a(sent, month) <= rule_b(sent, month) for month in YEAR)
