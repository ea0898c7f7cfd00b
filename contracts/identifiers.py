"""Numbers, codes and dates that check themselves and take their one canonical form, so that two spellings of one thing meet.

A refusal's type names the broken rule (`pnc_id_check_letter`); neither it nor its text holds the value, which may lead to a person.
"""

# ruff: noqa: EM101 - the first thing a refusal is made of is the name of a rule, not its text
import re
from calendar import monthrange
from datetime import date
from functools import total_ordering
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, RootModel, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from contracts.countries import COUNTRIES
from contracts.forces import TAKING_HANDOVERS
from contracts.limits import check_year

CHECK_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"

# A constant, because one message must read alike for ever. The PNC opened in 1974, so no short form means 1949 or earlier.
LAST_SHORT_YEAR = 2049

_PNC_ID = re.compile(r"((?:19|20)[0-9]{2}(?=/|[0-9]{7}[A-Za-z])|[0-9]{2})/?([0-9]{1,7})([A-Za-z])")
_CRO = re.compile(r"([0-9]{1,6})/([0-9]{2})([A-Za-z])")
_CRO_FILE = re.compile(r"[Ss][Ff]([0-9]{2})/([1-9][0-9]{0,5})([A-Za-z])")
_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_OFFENCE_CATEGORY = re.compile(r"([0-9]{4}) ?([0-9]{2})")


def full_year(year: str, last_short_year: int = LAST_SHORT_YEAR) -> int:
    """`81` is 1981 and `02` is 2002: the latest year with these digits that is not after `last_short_year`; four digits stay."""
    number = int(year)
    return number if len(year) > len("YY") else last_short_year - (last_short_year - number) % 100


def check_letter(digits: str) -> str:
    """The letter that PNC IDs and CRO numbers end with: the two-digit year and the serial, as one number, modulo 23."""
    return CHECK_LETTERS[int(digits) % len(CHECK_LETTERS)]


def canonical_pnc_id(text: str) -> str:
    """A PNC ID in its canonical form, for fields that hold one only sometimes.

    Raises:
        PydanticCustomError: its form or its check letter is wrong.
    """
    found = _PNC_ID.fullmatch(text)
    if found is None:
        raise PydanticCustomError("pnc_id_form", "a PNC ID is YYYY/NNNNNNNL, or short YY/NL with one to seven digits, slash optional")
    year, serial, letter = full_year(found[1]), found[2].zfill(7), found[3].upper()
    if letter != check_letter(f"{year % 100:02}{serial}"):
        raise PydanticCustomError("pnc_id_check_letter", "the last letter of a PNC ID must fit its year and serial number")
    return f"{year}/{serial}{letter}"


def _cro_number(text: str) -> str:
    standard, file_form = _CRO.fullmatch(text), _CRO_FILE.fullmatch(text)
    if standard is not None:
        year, serial, letter = standard[2], standard[1].zfill(6), standard[3].upper()
        canonical = f"{serial}/{year}{letter}"
    elif file_form is not None:
        year, serial, letter = file_form[1], file_form[2], file_form[3].upper()
        canonical = f"SF{year}/{serial}{letter}"
    else:
        raise PydanticCustomError("cro_number_form", "a CRO number is NNNNNN/YYL, or SFYY/NL with one to six digits and no leading zero")
    if letter != check_letter(year + serial):
        raise PydanticCustomError("cro_number_check_letter", "the last letter of a CRO number must fit its year and serial number")
    return canonical


def _force_slug(text: str) -> str:
    if text not in TAKING_HANDOVERS:
        raise PydanticCustomError("force_slug", "must be the slug of a force that takes handovers, as contracts/forces.csv writes it")
    return text


def _country_code(text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise PydanticCustomError("country_code", "must be a country's two letters in ISO 3166-1 (the United Kingdom is GB)")
    return text.upper()


def _offence_category(text: str) -> str:
    found = _OFFENCE_CATEGORY.fullmatch(text)
    if found is None:
        raise PydanticCustomError("offence_category_form", "an offence category is six digits, written 1001 00")
    return f"{found[1]} {found[2]}"


def _pattern(told: str, heard: str) -> tuple[WithJsonSchema, WithJsonSchema]:
    """What the schemas say: writers keep to the canonical form, readers also take the other spellings."""
    return (
        WithJsonSchema({"type": "string", "pattern": f"^{told}$"}, mode="serialization"),
        WithJsonSchema({"type": "string", "pattern": f"^{heard}$"}, mode="validation"),
    )


_LETTER = f"[{CHECK_LETTERS}]"
_PNC_TOLD, _PNC_HEARD = _pattern(
    f"(19|20)[0-9]{{2}}/[0-9]{{7}}{_LETTER}",
    "((19|20)[0-9]{2}/[0-9]{1,7}|(19|20)[0-9]{9}|[0-9]{2}/?[0-9]{1,7})[A-Za-z]",
)
_CRO_TOLD, _CRO_HEARD = _pattern(
    f"([0-9]{{6}}/[0-9]{{2}}|SF[0-9]{{2}}/[1-9][0-9]{{0,5}}){_LETTER}",
    "([0-9]{1,6}/[0-9]{2}|[Ss][Ff][0-9]{2}/[1-9][0-9]{0,5})[A-Za-z]",
)
_CATEGORY_TOLD, _CATEGORY_HEARD = _pattern("[0-9]{4} [0-9]{2}", "[0-9]{4} ?[0-9]{2}")
_COUNTRY_TOLD, _COUNTRY_HEARD = _pattern("[A-Z]{2}", "[A-Za-z]{2}")

PncId = Annotated[str, AfterValidator(canonical_pnc_id), _PNC_TOLD, _PNC_HEARD]
"""Police National Computer ID, canonical `2002/0073319Z`. The check letter says nothing about the century."""

CroNumber = Annotated[str, AfterValidator(_cro_number), _CRO_TOLD, _CRO_HEARD]
"""Criminal Records Office number, canonical `123456/78L` or, for a file without fingerprints, `SF78/1234L`."""

ForceSlug = Annotated[str, AfterValidator(_force_slug), WithJsonSchema({"type": "string", "enum": list(TAKING_HANDOVERS)})]
"""A force that takes handovers. Exactly as written: a near miss must never reach some other force."""

CountryCode = Annotated[str, AfterValidator(_country_code), _COUNTRY_TOLD, _COUNTRY_HEARD]
"""ISO 3166-1 alpha-2. ECRIS' `ZZ` (no state) is refused: a nationality that is not known is left out, a court's country always is known."""

OffenceCategory = Annotated[str, AfterValidator(_offence_category), _CATEGORY_TOLD, _CATEGORY_HEARD]
"""Common offence category of Council Decision 2009/316/JHA, canonical `1001 00`. Any six digits: which ones count is the law's table."""


StaffNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{0,39}$", description="A collar or staff number, never a name.")]
"""Who decided or ordered something, as it is kept for the audit; it is never told on."""


def _first_day(text: str) -> date:
    return date.fromisoformat((text + "-01-01")[: len("YYYY-MM-DD")])


@total_ordering
class PartialDate(RootModel[str]):
    """A day as far as it is known: `1971`, `1971-03` or `1971-03-14`.

    Sorted by the earliest day it may mean; what a decision needs of it are `earliest` and `latest`.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, json_schema_extra={"pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"})

    @field_validator("root")
    @classmethod
    def _on_the_calendar(cls, text: str) -> str:
        if _PARTIAL_DATE.fullmatch(text) is None:
            raise PydanticCustomError("partial_date_form", "a date known in part is YYYY, YYYY-MM or YYYY-MM-DD")
        try:
            earliest = _first_day(text)
        except ValueError:
            raise PydanticCustomError("partial_date_calendar", "there is no such day, month or year") from None
        check_year(earliest.year)
        return text

    @property
    def is_full(self) -> bool:
        return len(self.root) == len("YYYY-MM-DD")

    @property
    def earliest(self) -> date:
        return _first_day(self.root)

    @property
    def latest(self) -> date:
        if self.is_full:
            return self.earliest
        month = 12 if len(self.root) == len("YYYY") else self.earliest.month
        return date(self.earliest.year, month, monthrange(self.earliest.year, month)[1])

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return (self.earliest, self.latest) < (other.earliest, other.latest)

    def __str__(self) -> str:
        return self.root
