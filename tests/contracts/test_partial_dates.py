"""Dates known in part keep what is known, and the edges of the calendar are refused."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.identifiers import PartialDate
from contracts.limits import Day, Moment

DAYS = st.dates(date(1800, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("told", "earliest", "latest"),
    [
        ("1971", date(1971, 1, 1), date(1971, 12, 31)),
        ("1971-03", date(1971, 3, 1), date(1971, 3, 31)),
        ("1971-02", date(1971, 2, 1), date(1971, 2, 28)),
        ("1972-02", date(1972, 2, 1), date(1972, 2, 29)),
        ("1971-03-14", date(1971, 3, 14), date(1971, 3, 14)),
    ],
)
def test_a_date_known_in_part_lies_between_its_earliest_and_latest_day(told: str, earliest: date, latest: date) -> None:
    known = PartialDate(told)

    assert (known.earliest, known.latest) == (earliest, latest)
    assert known.is_full == (earliest == latest)


@given(DAYS)
def test_any_day_lies_within_its_month_and_its_month_within_its_year(day: date) -> None:
    full, month, year = (PartialDate(day.isoformat()[:length]) for length in (10, 7, 4))

    assert year.earliest <= month.earliest <= full.earliest == day
    assert day == full.latest <= month.latest <= year.latest


@given(st.lists(DAYS.flatmap(lambda day: st.sampled_from([day.isoformat()[:length] for length in (4, 7, 10)])), max_size=8))
def test_dates_known_in_part_sort_by_the_earliest_day_they_may_mean(told: list[str]) -> None:
    ordered = sorted(PartialDate(text) for text in told)

    assert [known.earliest for known in ordered] == sorted(known.earliest for known in ordered)


def test_a_date_known_in_part_is_told_as_it_was_heard() -> None:
    known = TypeAdapter(PartialDate).validate_json('"1971-03"')

    assert known.model_dump_json() == '"1971-03"'
    assert str(known) == "1971-03"
    assert {known: "a"}[PartialDate("1971-03")] == "a"
    assert known != PartialDate("1971-03-01")


def test_a_date_known_in_part_cannot_be_changed() -> None:
    known = PartialDate("1971")

    with pytest.raises(ValidationError, match="frozen"):
        known.root = "1972"  # type: ignore[misc]


def test_a_date_known_in_part_is_not_compared_with_a_day() -> None:
    with pytest.raises(TypeError):
        assert PartialDate("1971") < date(1972, 1, 1)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ("", "partial_date_form"),
        ("71", "partial_date_form"),
        ("1971-3", "partial_date_form"),
        ("1971-03-14T00:00", "partial_date_form"),
        ("19710314", "partial_date_form"),
        ("1971-03-14\n", "partial_date_form"),
        ("\u0661971", "partial_date_form"),
        ("1971-13", "partial_date_calendar"),
        ("1971-02-29", "partial_date_calendar"),
        ("1971-00", "partial_date_calendar"),
        ("0000", "partial_date_calendar"),
        ("1799-12-31", "year_range"),
        ("9999", "year_range"),
    ],
)
def test_what_is_no_date_is_refused_by_the_rule_it_breaks(told: str, rule: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        PartialDate(told)

    assert [error["type"] for error in refusal.value.errors()] == [rule]
    assert not told or told not in str(refusal.value)


@pytest.mark.parametrize("moment", [datetime(1799, 12, 31, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_instants_and_days_at_the_ends_of_the_calendar_are_refused(moment: datetime) -> None:
    for kind, value in ((Moment, moment), (Day, moment.date())):
        with pytest.raises(ValidationError, match="years 1800 to 2199"):
            TypeAdapter(kind).validate_python(value)


def test_an_instant_without_its_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        TypeAdapter(Moment).validate_python("2021-06-08T10:14:09")
