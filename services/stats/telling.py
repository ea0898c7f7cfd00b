"""Which figures of dashboards a movement moves, and how each is told: national totals, by month and by financial year."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from contracts.codes import Breakdown, FigureStatus, Statistic
from contracts.statistics import MeasureUpdated, figure_of
from services.stats import counting, year
from services.stats.counting import RULE_B_FROM, Sent, last_day_of, month_of
from services.stats.ledger import Entry, Measure, Movement

OF_RECORDS = frozenset({Statistic.CREATED, Statistic.TRANSFERRED, Statistic.CLOSED})
OF_CHECKS = frozenset(Statistic) - OF_RECORDS

# Its year would be counted half under one rule and half under the other.
BY_MONTH_ALONE = frozenset({Statistic.CHECKS_PUBLISHED})

# Before and after these a month reads like a financial year; such figures are asked for, not told.
FIRST_YEAR, LAST_YEAR = 2012, 2099


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """One national total. `ends` is the last day of its period."""

    measure: Statistic
    period: str
    ends: date


@dataclass(frozen=True, slots=True)
class Step:
    """By how much some movements move a figure, and the latest instant at which one of them was known."""

    figure: Figure
    amount: int
    known: datetime


@dataclass(frozen=True, slots=True)
class Total:
    """A figure as it stands; `final` once something was heard of a day after its period."""

    figure: Figure
    value: int
    known: datetime
    final: bool


def steps(movements: Iterable[Movement]) -> list[Step]:
    """What moves, in the order of measure and period; what is counted and taken back at once moves nothing."""
    amounts: Counter[Figure] = Counter()
    known: dict[Figure, datetime] = {}
    for movement in movements:
        for figure in _figures(movement.entry):
            amounts[figure] += movement.amount
            known[figure] = max(known.get(figure, movement.known), movement.known)
    return [Step(figure, amount, known[figure]) for figure, amount in sorted(amounts.items()) if amount]


def moved_with(moved: Iterable[Step]) -> list[Statistic]:
    """All measures that facts of the same topic move."""
    measures = {step.figure.measure for step in moved}
    return sorted(measure for group in (OF_RECORDS, OF_CHECKS) if group & measures for measure in group)


def told(total: Total) -> MeasureUpdated:
    """The figure as dashboards hear it."""
    measure, period = total.figure.measure, total.figure.period
    return MeasureUpdated(
        figure=figure_of(measure, period, Breakdown.NATIONAL),
        measure=measure,
        period=period,
        breakdown=Breakdown.NATIONAL,
        value=total.value,
        known=total.known,
        status=FigureStatus.FINAL if total.final else FigureStatus.PROVISIONAL,
        break_in_series=measure is Statistic.CHECKS_PUBLISHED and period == _label(RULE_B_FROM),
    )


def _figures(entry: Entry) -> Iterator[Figure]:
    month, financial = month_of(entry.day), year.containing(entry.day)
    for measure in _measures(entry):
        if FIRST_YEAR <= month.year <= LAST_YEAR:
            yield Figure(measure, _label(month), last_day_of(month))
        if FIRST_YEAR <= financial.start.year <= LAST_YEAR and measure not in BY_MONTH_ALONE:
            yield Figure(measure, financial.label, financial.end)


def _measures(entry: Entry) -> Iterator[Statistic]:
    match entry.measure:
        case Measure.CREATED:
            yield Statistic.CREATED
        case Measure.TRANSFERRED:
            yield Statistic.TRANSFERRED
        case Measure.CLOSED:
            yield Statistic.CLOSED
        case Measure.CHECK_OPENED:
            yield Statistic.CHECKS_OPENED
        case Measure.REPORT_SENT:
            yield from _rules(entry)
        case _:
            return


def _rules(entry: Entry) -> Iterator[Statistic]:
    """Under which rules a report counts in the month in which it was sent."""
    month = month_of(entry.day)
    sent = [Sent(month_of(entry.opened_day or entry.day), month, 1)]
    rules = {
        Statistic.CHECKS_RULE_A: counting.rule_a, Statistic.CHECKS_RULE_B: counting.rule_b, Statistic.CHECKS_PUBLISHED: counting.published,
    }  # fmt: skip
    yield from (measure for measure, rule in rules.items() if rule(sent, month))


def _label(month: date) -> str:
    return f"{month:%Y-%m}"
