"""The reporting year from 1 April to 31 March, and the line that reconciles its stock."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

APRIL = 4

_LABEL = re.compile(r"((?:19|20)[0-9]{2})-([0-9]{2})")


class NotAYearError(ValueError):
    """The label names no financial year; the text says how one is written."""


@dataclass(frozen=True, slots=True)
class FinancialYear:
    """`start` and `end` are its first and last day."""

    start: date
    end: date

    @property
    def label(self) -> str:
        return f"{self.start.year}-{self.end.year % 100:02}"


@dataclass(frozen=True, slots=True)
class Stock:
    """Records managed at the end of the day before the year and of its last day, and what moved between."""

    opening: int
    created: int
    returned: int
    transferred: int
    closed: int
    closing: int

    @property
    def balances(self) -> bool:
        """Opening + created + returned - transferred - closed = closing, where opening and closing are counted record by record."""
        return self.opening + self.created + self.returned - self.transferred - self.closed == self.closing


def parse(label: str) -> FinancialYear:
    """`2021-22` is 1 April 2021 to 31 March 2022.

    Raises:
        NotAYearError: the form is another, or the second year does not follow the first.
    """
    found = _LABEL.fullmatch(label)
    if found is None or int(found[2]) != (int(found[1]) + 1) % 100:
        message = "a financial year is written 2021-22: the year it starts in, and the last two digits of the next"
        raise NotAYearError(message)
    first = int(found[1])
    return FinancialYear(date(first, APRIL, 1), date(first + 1, APRIL - 1, 31))


def containing(day: date) -> FinancialYear:
    """The financial year of a day."""
    first = day.year if day.month >= APRIL else day.year - 1
    return FinancialYear(date(first, APRIL, 1), date(first + 1, APRIL - 1, 31))


def change_percent(opening: int, closing: int) -> int | None:
    """The change over the year in whole percent, a half rounded away from zero; None where there was no stock to change."""
    if opening == 0:
        return None
    exact = Decimal(closing - opening) * 100 / Decimal(opening)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
