"""Which figures of dashboards a movement moves: by month and by year where that adds up, under each rule, and never for nothing."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import FigureStatus, Statistic
from services.stats import counting, year
from services.stats.counting import Sent, month_of
from services.stats.ledger import Entry, Measure, Movement
from services.stats.telling import Figure, Total, moved_with, steps, told
from tests.furniture import noon

MAY, JUNE, JULY = date(2021, 5, 20), date(2021, 6, 30), date(2021, 7, 5)


def moved(measure: Measure, day: date, amount: int = 1, *, opened: date | None = None, known: date | None = None) -> Movement:
    return Movement(Entry(UUID(int=1), measure, day, opened_day=opened), amount, noon(known or day), UUID(int=2), 1)


def names(movements: Iterable[Movement]) -> dict[str, int]:
    return {f"{step.figure.measure}:{step.figure.period}": step.amount for step in steps(movements)}


@pytest.mark.parametrize(
    ("measure", "statistic"),
    [
        (Measure.CREATED, "created"), (Measure.TRANSFERRED, "transferred"), (Measure.CLOSED, "closed"),
        (Measure.CHECK_OPENED, "checks-opened"),
    ],
)  # fmt: skip
def test_what_adds_up_is_told_by_month_and_by_financial_year(measure: Measure, statistic: str) -> None:
    assert names([moved(measure, date(2022, 3, 31)), moved(measure, date(2022, 4, 1))]) == {
        f"{statistic}:2022-03": 1, f"{statistic}:2021-22": 1, f"{statistic}:2022-04": 1, f"{statistic}:2022-23": 1,
    }  # fmt: skip


@pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.CREATED, Measure.TRANSFERRED, Measure.CLOSED, Measure.CHECK_OPENED}))
def test_no_other_measure_is_told_but_reports_sent(measure: Measure) -> None:
    assert bool(names([moved(measure, MAY, opened=MAY)])) == (measure is Measure.REPORT_SENT)


@pytest.mark.parametrize(
    ("opened", "sent", "expected"),
    [
        (MAY, MAY, {"checks-rule-a:2021-05", "checks-rule-a:2021-22", "checks-rule-b:2021-05", "checks-rule-b:2021-22",
                    "checks-published:2021-05"}),
        (MAY, JUNE, {"checks-rule-b:2021-06", "checks-rule-b:2021-22"}),
        (JUNE, JULY, {"checks-rule-b:2021-07", "checks-rule-b:2021-22", "checks-published:2021-07"}),
    ],
    ids=["same month", "lost by rule A", "across the change"],
)  # fmt: skip
def test_a_report_is_told_under_each_rule_that_counts_it_and_in_print_by_month_alone(opened: date, sent: date, expected: set[str]) -> None:
    assert names([moved(Measure.REPORT_SENT, sent, opened=opened)]).keys() == expected


def test_what_is_counted_and_taken_back_at_once_moves_nothing() -> None:
    assert steps([moved(Measure.CLOSED, MAY), moved(Measure.CLOSED, MAY, -1)]) == []


def test_a_figure_is_known_since_the_latest_fact_that_moved_it() -> None:
    late = steps([moved(Measure.CREATED, MAY, known=JULY), moved(Measure.CREATED, MAY, known=JUNE)])

    assert {step.known for step in late} == {noon(JULY)}


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2011, 12, 31), []), (date(2012, 3, 31), ["2012-03"]), (date(2012, 4, 1), ["2012-04", "2012-13"]),
        (date(2099, 12, 31), ["2099-00", "2099-12"]), (date(2100, 1, 1), ["2099-00"]), (date(2100, 4, 1), []),
    ],
)  # fmt: skip
def test_a_period_that_reads_two_ways_is_not_told(day: date, periods: list[str]) -> None:
    assert [step.figure.period for step in steps([moved(Measure.CREATED, day)])] == periods


def test_facts_about_records_and_facts_about_checks_move_figures_of_their_own() -> None:
    records = moved_with(steps([moved(Measure.CREATED, MAY)]))
    checks = moved_with(steps([moved(Measure.CHECK_OPENED, MAY)]))

    assert records == ["closed", "created", "transferred"]
    assert sorted(records + checks) == sorted(Statistic)


@pytest.mark.parametrize(
    ("measure", "period", "broken"),
    [
        (Statistic.CHECKS_PUBLISHED, "2021-07", True), (Statistic.CHECKS_PUBLISHED, "2021-08", False),
        (Statistic.CHECKS_RULE_B, "2021-07", False),
    ],
)  # fmt: skip
def test_the_published_series_breaks_in_july_2021_and_nowhere_else(measure: Statistic, period: str, *, broken: bool) -> None:
    assert told(Total(Figure(measure, period, JULY), 7, noon(JULY), final=False)).break_in_series is broken


def test_a_figure_is_told_whole() -> None:
    fact = told(Total(Figure(Statistic.TRANSFERRED, "2021-22", date(2022, 3, 31)), 166, noon(JULY), final=True))

    assert (fact.subject, fact.value, fact.known, fact.status) == (
        "transferred:2021-22:national", 166, noon(JULY), FigureStatus.FINAL,
    )  # fmt: skip


DAYS = st.integers(0, 800).map(lambda number: date(2020, 12, 1) + timedelta(days=number))
ENTRIES = st.builds(
    moved, st.sampled_from([Measure.CREATED, Measure.CLOSED, Measure.CHECK_OPENED, Measure.REPORT_SENT]), DAYS,
    st.sampled_from([1, 1, -1]), opened=DAYS,
)  # fmt: skip


@given(ledger=st.lists(ENTRIES, max_size=40), cut=st.integers(0, 40))
def test_however_movements_are_batched_their_steps_add_up_to_what_is_counted(ledger: list[Movement], cut: int) -> None:
    added: Counter[str] = Counter()
    for batch in (ledger[:cut], ledger[cut:]):
        added.update(names(batch))

    assert {name: amount for name, amount in added.items() if amount} == _counted(ledger)


def _counted(ledger: list[Movement]) -> dict[str, int]:
    """By the counting rules themselves, over the whole ledger."""
    plain = {Measure.CREATED: "created", Measure.CLOSED: "closed", Measure.CHECK_OPENED: "checks-opened"}
    total: Counter[str] = Counter()
    for each in ledger:
        if each.entry.measure in plain:
            for period in (f"{each.entry.day:%Y-%m}", year.containing(each.entry.day).label):
                total[f"{plain[each.entry.measure]}:{period}"] += each.amount
    reports = [each for each in ledger if each.entry.measure is Measure.REPORT_SENT]
    sent = [Sent(month_of(each.entry.opened_day or MAY), month_of(each.entry.day), each.amount) for each in reports]
    for month in {each.sent_month for each in sent}:
        for name, rule in (("a", counting.rule_a), ("b", counting.rule_b)):
            total[f"checks-rule-{name}:{month:%Y-%m}"] += rule(sent, month)
            total[f"checks-rule-{name}:{year.containing(month).label}"] += rule(sent, month)
        total[f"checks-published:{month:%Y-%m}"] += counting.published(sent, month)
    return {name: amount for name, amount in total.items() if amount}
