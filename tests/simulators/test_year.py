from collections import Counter

import pytest

from contracts.codes import Channel, RefusalReason
from contracts.forces import TAKING_HANDOVERS
from simulators.days import FIRST_DAY, OPENING_ENDS, YEAR_BEGINS, YEAR_ENDS, is_worked
from simulators.expectation import Expectation, expected
from simulators.refusals import CHANGES
from simulators.returns import case_study
from simulators.script import Closure, Decision, Flaw, Offer, Outcome, Script
from simulators.year import TELLINGS, script


@pytest.fixture(scope="module")
def year() -> Script:
    return script(7)


@pytest.fixture(scope="module")
def figures(year: Script) -> Expectation:
    return expected(year)


def test_one_seed_tells_one_year(year: Script) -> None:
    again = script(7)

    assert again == year


def test_another_seed_tells_another_year_with_the_same_published_figures(year: Script, figures: Expectation) -> None:
    other = script(8)

    assert other.tellings != year.tellings
    assert expected(other).year == figures.year


def test_the_year_comes_to_the_published_figures(figures: Expectation) -> None:
    year = figures.year

    assert (year.opening, year.created, year.returned, year.transferred, year.closed, year.closing) == (2105, 263, 0, 166, 55, 2147)
    assert year.change_percent == 2


def test_about_sixteen_thousand_notifications_come_by_seven_channels(figures: Expectation) -> None:
    told = {channel: ways.total() for channel, ways in figures.channels.items()}

    assert sum(told.values()) == TELLINGS
    assert all(told[channel] > 0 for channel in Channel)
    assert max(told, key=lambda channel: told[channel]) is Channel.UK_CRIS


def test_most_are_refused_and_for_at_least_twelve_reasons(figures: Expectation) -> None:
    refused = sum(ways["refused"] for ways in figures.channels.values())
    reasons = {reason for refusals in figures.refusals.values() for reason in refusals}

    assert refused > 0.9 * TELLINGS
    assert len(reasons) >= 12
    assert reasons == set(RefusalReason) - {RefusalReason.ALREADY_ON_RECORD}


def test_refusals_by_reason_add_up_to_those_refused(figures: Expectation) -> None:
    for channel, ways in figures.channels.items():
        assert figures.refusals[channel].total() == ways["refused"]


def test_some_of_every_ending_are_told(year: Script, figures: Expectation) -> None:
    ended = sum(figures.channels.values(), Counter())

    assert all(ended[way] > 0 for way in ("accepted", "refused", "referred", "duplicated", "held"))
    assert {each.flaw for each in year.tellings} == {None, *Flaw}
    assert any(each.odd_headers and each.outcome is not Outcome.HELD for each in year.tellings)


def test_every_force_that_takes_handovers_takes_somebody_on(figures: Expectation) -> None:
    assert set(figures.forces) == set(TAKING_HANDOVERS)


def test_no_force_is_asked_about_two_landings_on_one_day(year: Script) -> None:
    answered = Counter((each.force, each.landing_day) for each in year.answers)

    assert set(answered.values()) == {1}


def test_a_force_answers_after_it_was_asked_and_not_after_the_landing(year: Script) -> None:
    told = {(each.notice.destination_force, each.notice.landing_at.date()): each.day for each in year.travels}

    for each in year.answers:
        assert each.day <= each.landing_day
        assert told.get((each.force, each.landing_day), each.day) <= each.day


def test_cleveland_meets_the_man_who_was_sentenced_to_eight_years_in_indonesia(year: Script) -> None:
    case = case_study()

    assert case.telling in year.tellings
    assert (case.telling.notice.conviction.country, case.telling.notice.conviction.sanctions[0].months) == ("ID", 96)
    (travel,) = {each.notice.destination_force for each in year.travels if each.notice.traveller.surname == case.subject.person.surname}
    assert travel == "cleveland"


def test_the_opening_is_told_in_january_and_answered_before_april(year: Script, figures: Expectation) -> None:
    before = [each for each in year.tellings if each.day < YEAR_BEGINS]

    assert {each.outcome for each in before} == {Outcome.CREATED}
    assert all(FIRST_DAY <= each.day <= OPENING_ENDS for each in before)
    assert sum(month.opened for month in figures.checks) == figures.year.created


def test_reports_are_sent_on_both_sides_of_the_break(figures: Expectation) -> None:
    april_to_june, from_july = figures.checks[:3], figures.checks[3:]

    assert [month.mark for month in figures.checks] == ["", "", "", "[b]", *[""] * 8]
    assert all(month.rule_b >= month.rule_a for month in figures.checks)
    assert any(month.published < month.rule_b for month in april_to_june)
    assert all(month.published == month.rule_b for month in from_july)


def test_some_are_told_in_the_hour_after_midnight_and_belong_to_that_day(year: Script) -> None:
    short = [each for each in year.tellings if each.at.date() != each.day]

    assert short
    assert all(each.at.hour == 23 for each in short)


def test_persons_decide_on_working_days_after_what_they_decide_about(year: Script) -> None:
    told = {(each.channel, each.reference): each.day for each in year.tellings if each.outcome in {Outcome.CREATED, Outcome.REFERRED}}

    decided: list[Decision | Closure | Offer] = [*year.decisions, *year.closures, *year.offers]
    for each in decided:
        assert is_worked(each.day)
        assert told[each.channel, each.reference] < each.day <= YEAR_ENDS


def test_nobody_who_is_closed_is_handed_over(year: Script) -> None:
    closed = {each.reference for each in year.closures}
    surnames = {each.notice.person.surname for each in year.tellings if each.reference in closed}

    assert len(closed) == 55
    assert not surnames & {each.notice.traveller.surname for each in year.travels}


def test_a_double_comes_after_its_original(year: Script) -> None:
    originals = {(each.channel, each.reference): each.at for each in reversed(year.tellings) if each.outcome is not Outcome.DUPLICATED}
    repeated = [each for each in year.tellings if each.outcome is Outcome.DUPLICATED and (each.channel, each.reference) in originals]

    assert repeated
    assert all(each.at > originals[each.channel, each.reference] for each in repeated)


def test_no_number_of_one_person_is_another_persons(year: Script) -> None:
    holders: dict[str, set[str | None]] = {}

    for each in year.tellings:
        for number in each.notice.person.identifiers:
            holders.setdefault(number.value, set()).add(each.notice.person.surname)

    assert all(len(surnames) == 1 for surnames in holders.values())


def test_a_reason_can_be_told_for_all_that_a_machine_may_refuse() -> None:
    by_a_person = {RefusalReason.EQUIVALENCE_NOT_FOUND, RefusalReason.IDENTITY_NOT_ESTABLISHED, RefusalReason.ALREADY_ON_RECORD}

    assert set(CHANGES) == set(RefusalReason) - by_a_person
