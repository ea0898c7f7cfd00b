"""The force directory: 46 forces take handovers, and a number that means two forces never picks one by chance."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from contracts.forces import TAKING_HANDOVERS, UnknownForceError, by_pnc_code, by_slug, forces

NOT_TAKING = ("24", "56", "57", "59", "88", "89", "91", "97", "70", "74", "76", "78", "80", "82", "84", "87")


def test_46_forces_take_handovers() -> None:
    assert len(TAKING_HANDOVERS) == len(set(TAKING_HANDOVERS)) == 46
    assert {"police-scotland", "northern-ireland", "btp", "cleveland"} <= set(TAKING_HANDOVERS)


def test_the_43_territorial_forces_of_england_and_wales_have_their_ons_codes() -> None:
    codes = sorted(force.ons_code for force in forces() if force.ons_code is not None)

    assert codes == [f"E230000{number:02}" for number in range(1, 40)] + [f"W1500000{number}" for number in range(1, 5)]


def test_no_slug_no_pnc_code_and_no_name_occurs_twice() -> None:
    found = Counter(key for force in forces() for key in (force.slug, force.name, *force.pnc_codes) if key is not None)

    assert found.most_common(1)[0][1] == 1


def test_whoever_takes_handovers_has_a_slug_and_whoever_does_not_has_none() -> None:
    assert all((force.slug is not None) == force.takes_handovers for force in forces())


def test_every_row_says_yes_or_no_and_every_pnc_code_has_two_digits() -> None:
    rows = list(csv.DictReader(files("contracts").joinpath("forces.csv").read_text(encoding="utf-8").splitlines()))

    assert {row["takes_handovers"] for row in rows} == {"yes", "no"}
    assert all(len(code) == 2 and code.isdigit() for force in forces() for code in force.pnc_codes)


def test_the_metropolitan_police_has_two_pnc_codes() -> None:
    assert by_pnc_code("01") is by_pnc_code("02") is by_slug("metropolitan")


def test_police_scotland_has_a_slug_and_no_pnc_code() -> None:
    assert by_slug("police-scotland").pnc_codes == ()


def test_hampshire_kept_its_slug_when_its_name_changed() -> None:
    assert by_slug("hampshire").name == "Hampshire and Isle of Wight Constabulary"


@pytest.mark.parametrize("slug", TAKING_HANDOVERS)
def test_a_force_is_found_by_its_slug_and_by_each_of_its_codes(slug: str) -> None:
    force = by_slug(slug)

    assert force.takes_handovers
    assert all(by_pnc_code(code) is force and by_pnc_code(f"0{code}") is force for code in force.pnc_codes)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("91", "National Crime Agency"),
        ("93", "British Transport Police"),
        ("97", "Isle of Man Constabulary"),
        ("98", "Police Service of Northern Ireland"),
    ],
)
def test_numbers_that_road_statistics_give_to_scottish_forces_are_pnc_codes_here(code: str, name: str) -> None:
    assert by_pnc_code(code).name == name


@pytest.mark.parametrize("code", NOT_TAKING)
def test_agencies_crown_dependencies_and_former_scottish_forces_take_no_handovers(code: str) -> None:
    force = by_pnc_code(code)

    assert not force.takes_handovers
    assert force.slug is None


@pytest.mark.parametrize("code", ["", "1", "99", "099", "92", "101", "0001", " 01", "\u0660\u0661", "metropolitan"])
def test_a_code_that_no_force_has_is_refused_and_not_guessed(code: str) -> None:
    with pytest.raises(UnknownForceError, match="two digits with the leading zero") as refusal:
        by_pnc_code(code)

    assert not code.strip() or code not in str(refusal.value)


@pytest.mark.parametrize("slug", ["", "Cleveland", "cleveland ", "hampshire-and-isle-of-wight", "acro", "scotland"])
def test_a_near_miss_of_a_slug_is_refused_and_not_guessed(slug: str) -> None:
    with pytest.raises(UnknownForceError, match=r"contracts/forces\.csv"):
        by_slug(slug)
