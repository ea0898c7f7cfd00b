"""Part 2 of the Sexual Offences Act 2003 as dated tables of England and Wales, so that a change of law is a row and not a rewrite."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

from contracts.codes import Disposal, Finding

PART_2_IN_FORCE = date(2004, 5, 1)
"""Commencement of Part 2 (S.I. 2004/874)."""

FIRST_CONVICTION_DAY = date(1997, 9, 1)
"""Sections 81 and 96ZA(7): who was convicted before this day counts only if the sentence was still running on it."""

AGE_OF_RESPONSIBILITY = 10
ADULT_AGE = 18
YOUTH_THRESHOLD_MONTHS = 12
"""The imprisonment that many entries of Schedule 3 ask for where the offender was under 18."""


class OffenceStanding(IntEnum):
    """How an offence stands to Schedule 3, so ordered that the highest of several decides."""

    NOT_SEXUAL = 1
    NO_EQUIVALENT = 2
    BELOW_THRESHOLD = 3
    IN_DOUBT = 4
    IN_SCHEDULE_3 = 5


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One common offence category of Council Decision 2009/316/JHA, by its first four digits.

    `youth_threshold`: an offender under 18 needs a sentence of YOUTH_THRESHOLD_MONTHS. `verified` says whether the row was
    compared with the printed table (OJ L 93, 7.4.2009, p. 33 to 48), as each must be before it decides about real people: until then
    records does not start in production.
    """

    category: str
    standing: OffenceStanding
    youth_threshold: bool = False
    valid_from: date = PART_2_IN_FORCE
    valid_to: date | None = None
    verified: bool = False


CATEGORIES = (
    CategoryRow("0402", OffenceStanding.IN_DOUBT),
    CategoryRow("0406", OffenceStanding.IN_DOUBT),
    CategoryRow("1000", OffenceStanding.IN_SCHEDULE_3, youth_threshold=True),
    CategoryRow("1001", OffenceStanding.IN_SCHEDULE_3),
    CategoryRow("1002", OffenceStanding.IN_SCHEDULE_3, youth_threshold=True),
    CategoryRow("1003", OffenceStanding.IN_DOUBT),
    CategoryRow("1004", OffenceStanding.IN_DOUBT),
    CategoryRow("1005", OffenceStanding.IN_DOUBT),
    CategoryRow("1006", OffenceStanding.NO_EQUIVALENT),
    CategoryRow("1007", OffenceStanding.IN_SCHEDULE_3, youth_threshold=True),
    CategoryRow("1008", OffenceStanding.IN_SCHEDULE_3, youth_threshold=True),
    CategoryRow("1009", OffenceStanding.IN_SCHEDULE_3),
    CategoryRow("1010", OffenceStanding.IN_SCHEDULE_3, youth_threshold=True),
)

SEXUAL_GROUP = "10"
UNLISTED_SEXUAL = CategoryRow("10", OffenceStanding.IN_DOUBT)
NOT_SEXUAL = CategoryRow("", OffenceStanding.NOT_SEXUAL)


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One row of section 82(1): how long who was dealt with in this way must notify.

    `over_months` and `up_to_months` bound the term imposed. `months` is None for an indefinite period;
    `own_length` stands for the length of the order itself, which section 82(2) does not halve for the young.
    """

    code: str
    disposals: frozenset[Disposal]
    months: int | None
    over_months: int = -1
    up_to_months: int | None = None
    own_length: bool = False
    valid_from: date = PART_2_IN_FORCE
    valid_to: date | None = None


# NP2, an Order for Lifelong Restriction, is left out: Scottish courts alone make it.
PERIODS = (
    PeriodRow("NP1", frozenset({Disposal.LIFE}), None),
    PeriodRow("NP1", frozenset({Disposal.IMPRISONMENT}), None, over_months=29),
    PeriodRow("NP3", frozenset({Disposal.HOSPITAL_RESTRICTED}), None),
    PeriodRow("NP4", frozenset({Disposal.IMPRISONMENT}), 120, over_months=6, up_to_months=29),
    PeriodRow("NP5", frozenset({Disposal.IMPRISONMENT}), 84, up_to_months=6),
    PeriodRow("NP6", frozenset({Disposal.HOSPITAL}), 84),
    PeriodRow("NP7", frozenset({Disposal.CAUTION}), 24),
    PeriodRow("NP8", frozenset({Disposal.CONDITIONAL_DISCHARGE}), None, own_length=True),
    PeriodRow("NP9", frozenset({Disposal.COMMUNITY, Disposal.FINE}), 60),
)

GROUNDS = {
    Finding.CONVICTED: "RO1",
    Finding.INSANITY: "RO2",
    Finding.DISABILITY: "RO3",
    Finding.CAUTIONED: "RO4",
}
"""Section 80(1)(a) to (d): what makes a relevant offender. An acquittal makes none."""


R = TypeVar("R", CategoryRow, PeriodRow)


@lru_cache(maxsize=4096)
def category_row(category: str, day: date) -> CategoryRow:
    """The row in force on `day` for a category written `1001 00`."""
    for row in _in_force(CATEGORIES, day):
        if category.startswith(row.category):
            return row
    return UNLISTED_SEXUAL if category.startswith(SEXUAL_GROUP) else NOT_SEXUAL


@lru_cache(maxsize=4096)
def period_row(disposal: Disposal, months: int, day: date) -> PeriodRow:
    """The row of section 82(1) in force on `day` for a disposal of that many months.

    Raises:
        LookupError: the tables of that day say nothing about the disposal.
    """
    for row in _in_force(PERIODS, day):
        if disposal in row.disposals and row.over_months < months and (row.up_to_months is None or months <= row.up_to_months):
            return row
    message = f"section 82 as it stood on {day} has no row for {disposal} in services/records/law.py"
    raise LookupError(message)


def unverified(rows: Iterable[CategoryRow], day: date) -> list[str]:
    """The categories that are in force on `day`, or will be, by a row that nobody compared with its source."""
    return [row.category for row in rows if not row.verified and (row.valid_to is None or day <= row.valid_to)]


def _in_force(rows: Iterable[R], day: date) -> Iterable[R]:
    return (row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))
