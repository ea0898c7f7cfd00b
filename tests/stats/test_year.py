"""The financial year, and the line that reconciles its stock."""

from datetime import date

import pytest

from services.stats.year import FinancialYear, NotAYearError, Stock, change_percent, parse


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [("2021-22", date(2021, 4, 1), date(2022, 3, 31)), ("1999-00", date(1999, 4, 1), date(2000, 3, 31))],
)
def test_a_year_runs_from_april_to_march(label: str, start: date, end: date) -> None:
    assert parse(label) == FinancialYear(start, end)
    assert parse(label).label == label


@pytest.mark.parametrize("label", ["2021", "2021-23", "2021/22", "21-22", "2021-2022", "", "2021-22x", "9999-00", "0000-01"])
def test_what_is_no_year_is_refused_with_the_form_to_use(label: str) -> None:
    with pytest.raises(NotAYearError, match="2021-22"):
        parse(label)


@pytest.mark.parametrize(
    ("opening", "closing", "percent"),
    [(2105, 2147, 2), (200, 205, 3), (200, 195, -3), (1000, 1024, 2), (100, 100, 0), (100, 0, -100), (3, 4, 33)],
)
def test_the_change_is_published_in_whole_percent_with_halves_away_from_zero(opening: int, closing: int, percent: int) -> None:
    assert change_percent(opening, closing) == percent


def test_where_there_was_no_stock_there_is_no_change() -> None:
    assert change_percent(0, 12) is None


def test_the_year_of_the_seed_balances_only_with_its_other_closures() -> None:
    stock = Stock(opening=2105, created=263, returned=0, transferred=166, closed=55, closing=2147)
    without = Stock(opening=2105, created=263, returned=0, transferred=166, closed=0, closing=2147)

    assert (stock.balances, without.balances) == (True, False)
