"""Section 82: until when a person convicted abroad must notify."""

from datetime import date

import pytest

from contracts.codes import Disposal, Finding
from contracts.notifications import Sanction
from services.records.law import period_row
from services.records.notification_period import INDEFINITE, Period, last_day, period_of
from tests.builders import TOLD_ON, a_conviction, imprisoned

FINE = Sanction(disposal=Disposal.FINE)


@pytest.mark.parametrize(
    ("relevant_date", "sanction", "age", "code", "last"),
    [
        (date(2015, 3, 10), imprisoned(6), 30, "NP5", date(2022, 3, 9)),
        (date(2015, 3, 10), imprisoned(6), 17, "NP5", date(2018, 9, 9)),
        (date(2020, 6, 1), imprisoned(12), 40, "NP4", date(2030, 5, 31)),
        (date(2020, 6, 1), imprisoned(12), 16, "NP4", date(2025, 5, 31)),
        (date(2021, 1, 15), FINE, 25, "NP9", date(2026, 1, 14)),
        (date(2021, 1, 15), FINE, 17, "NP9", date(2023, 7, 14)),
        (date(2022, 11, 29), Sanction(disposal=Disposal.CAUTION), 22, "NP7", date(2024, 11, 28)),
        (date(2012, 2, 29), imprisoned(29), 35, "NP4", date(2022, 2, 27)),
        (date(2019, 5, 6), imprisoned(30), 35, "NP1", INDEFINITE),
        (date(2019, 5, 6), imprisoned(96), 17, "NP1", INDEFINITE),
        (date(2019, 5, 6), Sanction(disposal=Disposal.LIFE), 35, "NP1", INDEFINITE),
        (date(2019, 5, 6), Sanction(disposal=Disposal.HOSPITAL_RESTRICTED), 35, "NP3", INDEFINITE),
        (date(2019, 5, 6), imprisoned(7), 35, "NP4", date(2029, 5, 5)),
        (date(2019, 5, 6), Sanction(disposal=Disposal.HOSPITAL), 35, "NP6", date(2026, 5, 5)),
        (date(2019, 5, 6), Sanction(disposal=Disposal.CONDITIONAL_DISCHARGE, months=18), 35, "NP8", date(2020, 11, 5)),
        (date(2019, 5, 6), Sanction(disposal=Disposal.CONDITIONAL_DISCHARGE, months=18), 17, "NP8", date(2020, 11, 5)),
        (date(2019, 5, 6), Sanction(disposal=Disposal.COMMUNITY, months=12), 35, "NP9", date(2024, 5, 5)),
    ],
)
def test_the_period_follows_the_table_of_section_82(relevant_date: date, sanction: Sanction, age: int, code: str, last: date) -> None:
    row = period_row(sanction.disposal, sanction.months or 0, TOLD_ON)

    assert row.code == code
    assert last_day(relevant_date, sanction, TOLD_ON, under_18=age < 18) == last


def test_a_period_that_begins_on_29_february_is_for_a_person_where_the_day_is_missing() -> None:
    convicted = a_conviction(decided_on=date(2012, 2, 29), sanctions=[imprisoned(29)])

    period = period_of(convicted, TOLD_ON, under_18=False)

    assert period == Period(date(2022, 2, 27), date(2022, 2, 28), in_doubt=True)


def test_a_period_of_four_years_from_29_february_ends_beyond_doubt() -> None:
    discharge = Sanction(disposal=Disposal.CONDITIONAL_DISCHARGE, months=48)

    period = period_of(a_conviction(decided_on=date(2020, 2, 29), sanctions=[discharge]), TOLD_ON, under_18=False)

    assert period == Period(date(2024, 2, 28), date(2024, 2, 28))


def test_a_suspended_term_ends_somewhere_between_its_own_period_and_that_of_any_other_disposal() -> None:
    convicted = a_conviction(decided_on=date(2020, 6, 1), sanctions=[imprisoned(12, suspended=True)])

    period = period_of(convicted, TOLD_ON, under_18=False)

    assert period == Period(date(2025, 5, 31), date(2030, 5, 31), in_doubt=True)


def test_the_longest_of_several_periods_counts() -> None:
    period = period_of(a_conviction(decided_on=date(2020, 6, 1), sanctions=[FINE, imprisoned(12)]), TOLD_ON, under_18=False)

    assert period == Period(date(2030, 5, 31), date(2030, 5, 31))


def test_two_terms_may_run_one_after_the_other() -> None:
    period = period_of(a_conviction(decided_on=date(2020, 6, 1), sanctions=[imprisoned(18), imprisoned(18)]), TOLD_ON, under_18=False)

    assert period == Period(date(2030, 5, 31), INDEFINITE)


def test_a_term_of_unknown_length_may_mean_any_period() -> None:
    period = period_of(a_conviction(decided_on=date(2020, 6, 1), sanctions=[imprisoned(None)]), TOLD_ON, under_18=False)

    assert period == Period(date(2027, 5, 31), INDEFINITE, in_doubt=True)


def test_a_conviction_without_a_sanction_is_for_a_person() -> None:
    assert period_of(a_conviction(sanctions=[]), TOLD_ON, under_18=False).in_doubt


def test_a_caution_needs_no_sanction_to_be_known() -> None:
    cautioned = a_conviction(decided_on=date(2022, 11, 29), finding=Finding.CAUTIONED, sanctions=[])

    period = period_of(cautioned, TOLD_ON, under_18=False)

    assert period == Period(date(2024, 11, 28), date(2024, 11, 28))


@pytest.mark.parametrize(("day", "ended"), [(date(2022, 3, 9), False), (date(2022, 3, 10), True)])
def test_the_last_day_still_belongs_to_the_period(day: date, *, ended: bool) -> None:
    period = period_of(a_conviction(decided_on=date(2015, 3, 10), sanctions=[imprisoned(6)]), day, under_18=False)

    assert period.ended_before(day) is ended


def test_where_the_readings_disagree_nobody_says_that_a_period_ended() -> None:
    assert Period(date(2022, 2, 27), date(2022, 2, 28)).ended_before(date(2022, 2, 28)) is None


def test_a_day_before_the_act_has_no_table() -> None:
    with pytest.raises(LookupError, match="has no row"):
        period_row(Disposal.FINE, 0, date(2003, 1, 1))
