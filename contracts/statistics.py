"""Figures as dashboards hear them: each told whole, the latest replaces the one before, and none is about anybody."""

# ruff: noqa: EM101 - the first thing a refusal is made of is the name of a rule, not its text
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.codes import Breakdown, FigureStatus, Statistic
from contracts.fact import Fact
from contracts.limits import LARGEST_COUNT, Moment

# From 2012 to 2099 no month reads like a financial year; 2011-12 would be both.
PERIOD_FORM = r"20(1[2-9]|[2-9][0-9])-[0-9]{2}"
FIRST_MONTH, LAST_MONTH = 1, 12

_PERIOD = re.compile(PERIOD_FORM)


def _period(text: str) -> str:
    if _PERIOD.fullmatch(text) is None:
        raise PydanticCustomError("period_form", "a period is a month, 2021-07, or a financial year, 2021-22, in the years 2012 to 2099")
    year, second = int(text[:4]), int(text[5:])
    if not FIRST_MONTH <= second <= LAST_MONTH and second != (year + 1) % 100:
        raise PydanticCustomError("period_calendar", "there is no such month, and no financial year of two years that follow one another")
    return text


Period = Annotated[str, AfterValidator(_period), Field(pattern=f"^{PERIOD_FORM}$")]
"""A month, `2021-07`, or a financial year from April to March, `2021-22`; Europe/London days."""


def figure_of(measure: Statistic, period: str, breakdown: Breakdown) -> str:
    """The name of a figure, which is its subject and its key: `transferred:2021-22:national`."""
    return f"{measure}:{period}:{breakdown}"


class MeasureUpdated(Fact, type="measure-updated.v1", family="statistics", subject="figure"):
    """A figure changed, or its period ended. `known` is the latest instant at which something that moved it was committed.

    `break_in_series` marks the first period counted under another rule than those before it. A national total is never suppressed.
    """

    figure: Annotated[str, Field(pattern=rf"^[a-z-]+:{PERIOD_FORM}:[a-z-]+$")]
    measure: Statistic
    period: Period
    breakdown: Breakdown
    value: Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
    known: Moment
    status: FigureStatus
    break_in_series: bool

    @model_validator(mode="after")
    def _named_by_what_it_holds(self) -> Self:
        if self.figure != figure_of(self.measure, self.period, self.breakdown):
            raise PydanticCustomError("figure_name", "figure must be measure:period:breakdown")
        return self
