"""When two spellings are one number, one name, one birth date."""

import pytest

from contracts.codes import IdentifierKind
from contracts.identifiers import PartialDate
from contracts.notifications import Person
from services.records.identity import contradict, namesake_of, narrower, numbers_of
from tests.builders import a_person, numbers


@pytest.mark.parametrize("written", ["syn 000-0001", "SYN0000001", " Syn.000.0001 ", "\uff33\uff39\uff2e0000001"])
def test_two_clerks_spellings_of_one_number_are_equal(written: str) -> None:
    assert numbers_of(numbers(passport=written)) == ((IdentifierKind.PASSPORT, "syn0000001"),)


@pytest.mark.parametrize("filler", ["000000", "unknown", "N/A", "-", "0"])
def test_a_filler_is_no_number(filler: str) -> None:
    assert numbers_of(numbers(passport=filler)) == ()


def test_a_number_told_twice_counts_once() -> None:
    assert len(numbers_of([*numbers(passport="SYN1"), *numbers(passport="SYN 1"), *numbers(ecris="SYN1")])) == 2


def test_names_are_compared_without_case_accents_and_hyphens() -> None:
    one = namesake_of(a_person(forenames=["José", "Maria"], surname="Núñez-O'Hara"))

    assert one == namesake_of(a_person(forenames=["JOSE"], surname="NUNEZ OHARA"))
    assert one != namesake_of(a_person(forenames=["Josef"], surname="Nunez Ohara"))


@pytest.mark.parametrize(
    "person", [a_person(forenames=[]), a_person(surname=None), a_person(born=None), a_person(born="1971-03")], ids=["1", "2", "3", "4"]
)
def test_nobody_is_a_namesake_of_half_a_name(person: Person) -> None:
    assert namesake_of(person) is None


@pytest.mark.parametrize(
    ("one", "other", "impossible"),
    [
        ("1971-03-14", "1971-03-14", False),
        ("1971-03-14", "1971", False),
        ("1971-03", "1971-03-14", False),
        ("1971-03-14", "1971-04", True),
        ("1971", "1972", True),
        ("1971-03-14", None, False),
        (None, None, False),
    ],
)
def test_birth_dates_contradict_each_other_only_if_no_day_fits_both(one: str | None, other: str | None, *, impossible: bool) -> None:
    dates = [None if each is None else PartialDate(each) for each in (one, other)]

    assert contradict(dates[0], dates[1]) is impossible
    assert contradict(dates[1], dates[0]) is impossible


def test_the_fuller_birth_date_is_kept() -> None:
    year, day = PartialDate("1971"), PartialDate("1971-03-14")

    assert narrower(year, day) == narrower(day, year) == narrower(None, day) == narrower(day, None) == day
