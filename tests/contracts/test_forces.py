"""The force directory: 46 forces take handovers, and no number means two forces."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from contracts.forces import TAKING_HANDOVERS

FORCES = list(csv.DictReader(files("contracts").joinpath("forces.csv").read_text(encoding="utf-8").splitlines()))
BY_CODE = {code: force for force in FORCES for code in force["pnc_codes"].split()}
BY_SLUG = {force["slug"]: force for force in FORCES if force["slug"]}
NOT_TAKING = ("24", "56", "57", "59", "88", "89", "91", "97", "70", "74", "76", "78", "80", "82", "84", "87")


def test_46_forces_take_handovers() -> None:
    assert len(TAKING_HANDOVERS) == len(set(TAKING_HANDOVERS)) == 46
    assert {"police-scotland", "northern-ireland", "btp", "cleveland"} <= set(TAKING_HANDOVERS)


def test_the_43_territorial_forces_of_england_and_wales_have_their_ons_codes() -> None:
    codes = sorted(force["ons_code"] for force in FORCES if force["ons_code"])

    assert codes == [f"E230000{number:02}" for number in range(1, 40)] + [f"W1500000{number}" for number in range(1, 5)]


def test_no_slug_no_pnc_code_and_no_name_occurs_twice() -> None:
    found = Counter(key for force in FORCES for key in (force["slug"], force["name"], *force["pnc_codes"].split()) if key)

    assert found.most_common(1)[0][1] == 1


def test_whoever_takes_handovers_has_a_slug_and_whoever_does_not_has_none() -> None:
    assert {force["slug"] for force in FORCES if force["takes_handovers"] == "yes"} == BY_SLUG.keys() == set(TAKING_HANDOVERS)


def test_every_row_says_yes_or_no_and_every_pnc_code_has_two_digits() -> None:
    assert {force["takes_handovers"] for force in FORCES} == {"yes", "no"}
    assert all(len(code) == 2 and code.isdigit() for code in BY_CODE)


def test_the_metropolitan_police_has_two_pnc_codes() -> None:
    assert BY_SLUG["metropolitan"]["pnc_codes"] == "01 02"


def test_police_scotland_has_a_slug_and_no_pnc_code() -> None:
    assert BY_SLUG["police-scotland"]["pnc_codes"] == ""


def test_hampshire_kept_its_slug_when_its_name_changed() -> None:
    assert BY_SLUG["hampshire"]["name"] == "Hampshire and Isle of Wight Constabulary"


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
    assert BY_CODE[code]["name"] == name


@pytest.mark.parametrize("code", NOT_TAKING)
def test_agencies_crown_dependencies_and_former_scottish_forces_take_no_handovers(code: str) -> None:
    assert BY_CODE[code]["takes_handovers"] == "no"
