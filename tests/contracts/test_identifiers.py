"""Identifiers take one canonical form, and a wrong one is refused by the rule it breaks."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.countries import COUNTRIES
from contracts.forces import TAKING_HANDOVERS
from contracts.identifiers import CHECK_LETTERS, CountryCode, CroNumber, ForceSlug, OffenceCategory, PncId, check_letter, full_year

PNC = TypeAdapter[str](PncId)
CRO = TypeAdapter[str](CroNumber)
FORCE = TypeAdapter[str](ForceSlug)
COUNTRY = TypeAdapter[str](CountryCode)
CATEGORY = TypeAdapter[str](OffenceCategory)

YEARS = st.integers(1950, 2049)
SERIALS = st.integers(1, 9_999_999)


def _refusal(adapter: TypeAdapter[str], value: object) -> str:
    with pytest.raises(ValidationError) as refusal:
        adapter.validate_python(value)
    (only,) = refusal.value.errors()
    return only["type"]


@pytest.mark.parametrize(
    ("told", "canonical"),
    [
        ("2002/0073319Z", "2002/0073319Z"),
        ("20020073319Z", "2002/0073319Z"),
        ("02/73319Z", "2002/0073319Z"),
        ("2002/73319z", "2002/0073319Z"),
        ("1979/0163001B", "1979/0163001B"),
        ("79/163001B", "1979/0163001B"),
        ("790163001b", "1979/0163001B"),
        ("81/34U", "1981/0000034U"),
        ("8134U", "1981/0000034U"),
    ],
)
def test_every_spelling_of_a_pnc_id_becomes_the_canonical_one(told: str, canonical: str) -> None:
    assert PNC.validate_python(told) == canonical


@pytest.mark.parametrize("told", ["2012/0052494O", "2023/0583843N", "2002/0073319A", "81/35U", "1979/0163010B"])
def test_a_pnc_id_whose_letter_does_not_fit_is_refused(told: str) -> None:
    assert _refusal(PNC, told) == "pnc_id_check_letter"


@pytest.mark.parametrize(
    "told",
    [
        "",
        "81/U",
        "81/34",
        "81/34UU",
        "81/12345678U",
        "1881/0000034U",
        "198/34U",
        "2002-0073319Z",
        " 81/34U",
        "81/34U\n",
        "\u0668\u0661/34U",
        "2002073319Z",
    ],
)
def test_what_has_not_the_form_of_a_pnc_id_is_refused(told: str) -> None:
    assert _refusal(PNC, told) == "pnc_id_form"


@given(year=YEARS, serial=SERIALS, slash=st.sampled_from(["/", ""]), written=st.sampled_from([str.lower, str.upper]))
def test_short_and_long_forms_of_any_pnc_id_meet(year: int, serial: int, slash: str, written: Callable[[str], str]) -> None:
    letter = CHECK_LETTERS[int(f"{year % 100:02}{serial:07}") % 23]
    canonical = f"{year}/{serial:07}{letter}"

    spellings = {
        PNC.validate_python(f"{head}{written(letter)}") for head in (f"{year}{slash}{serial:07}", f"{year % 100:02}{slash}{serial}")
    }

    assert spellings == {canonical}
    assert PNC.validate_python(canonical) == canonical


@given(year=YEARS, serial=SERIALS, wrong=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_exactly_one_letter_fits_a_pnc_id(year: int, serial: int, wrong: str) -> None:
    right = check_letter(f"{year % 100:02}{serial:07}")

    if wrong == right:
        assert PNC.validate_python(f"{year}/{serial:07}{wrong}")
    else:
        assert _refusal(PNC, f"{year}/{serial:07}{wrong}") == "pnc_id_check_letter"


@pytest.mark.parametrize("adapter", [PNC, CRO, FORCE, COUNTRY, CATEGORY])
def test_a_refusal_does_not_repeat_what_it_refuses(adapter: TypeAdapter[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        adapter.validate_python("Penelope")

    assert "Penelope" not in refusal.value.errors()[0]["msg"]


@given(st.text(max_size=20))
def test_any_text_is_either_refused_or_has_one_canonical_form(text: str) -> None:
    for adapter in (PNC, CRO, FORCE, COUNTRY, CATEGORY):
        with suppress(ValidationError):
            canonical = adapter.validate_python(text)
            assert adapter.validate_python(canonical) == canonical


@pytest.mark.parametrize(("digits", "year"), [("81", 1981), ("02", 2002), ("00", 2000), ("49", 2049), ("50", 1950), ("1999", 1999)])
def test_two_digits_of_a_year_mean_the_same_on_every_day_of_reading(digits: str, year: int) -> None:
    assert full_year(digits) == year


def test_a_year_that_has_not_come_yet_was_in_the_last_century() -> None:
    assert full_year("21", last_short_year=2021) == 2021
    assert full_year("22", last_short_year=2021) == 1922


@given(year=st.integers(0, 99), serial=st.integers(1, 999_999))
def test_a_cro_number_is_padded_and_one_of_a_file_is_not(year: int, serial: int) -> None:
    padded, bare = check_letter(f"{year:02}{serial:06}"), check_letter(f"{year:02}{serial}")

    assert CRO.validate_python(f"{serial}/{year:02}{padded.lower()}") == f"{serial:06}/{year:02}{padded}"
    assert CRO.validate_python(f"sf{year:02}/{serial}{bare}") == f"SF{year:02}/{serial}{bare}"


@pytest.mark.parametrize("told", ["265416/21Z", "SF39/12A"])
def test_a_cro_number_whose_letter_does_not_fit_is_refused(told: str) -> None:
    assert _refusal(CRO, told) == "cro_number_check_letter"


@pytest.mark.parametrize(
    "told", ["", "1234567/81A", "123456/1981A", "SF81/A", "SF81/012A", "SF1981/12A", "123456/81", "12345681A", "123456/81A\n"]
)
def test_what_has_not_the_form_of_a_cro_number_is_refused(told: str) -> None:
    assert _refusal(CRO, told) == "cro_number_form"


@pytest.mark.parametrize("slug", TAKING_HANDOVERS)
def test_a_force_that_takes_handovers_is_taken_as_it_is_written(slug: str) -> None:
    assert FORCE.validate_python(slug) == slug


@pytest.mark.parametrize(
    "slug", ["", "Cleveland", "cleveland ", "hampshire-and-isle-of-wight", "scotland", "acro", "17", "National Crime Agency"]
)
def test_a_force_that_takes_no_handovers_is_no_destination(slug: str) -> None:
    assert _refusal(FORCE, slug) == "force_slug"


def test_a_country_is_told_in_capitals() -> None:
    assert COUNTRY.validate_python("gb") == "GB"
    assert len(COUNTRIES) == 249


@pytest.mark.parametrize("code", ["", "UK", "ZZ", "XX", "EU", "GBR", "G", "\uff27b", "GB ", "ßb"])
def test_what_is_no_country_of_iso_3166_is_refused(code: str) -> None:
    assert _refusal(COUNTRY, code) == "country_code"


def test_an_offence_category_is_shown_in_four_and_two_digits() -> None:
    assert CATEGORY.validate_python("100100") == CATEGORY.validate_python("1001 00") == "1001 00"


@pytest.mark.parametrize("told", ["", "1001", "1001  00", "10 0100", "1001-00", "1001 0", "1001000", "\u0661001 00", "1001 00\n"])
def test_what_has_not_the_form_of_an_offence_category_is_refused(told: str) -> None:
    assert _refusal(CATEGORY, told) == "offence_category_form"


@pytest.mark.parametrize("adapter", [PNC, CRO, FORCE, COUNTRY, CATEGORY])
def test_a_number_is_no_identifier_even_where_its_digits_would_do(adapter: TypeAdapter[str]) -> None:
    assert _refusal(adapter, 100100) == "string_type"
