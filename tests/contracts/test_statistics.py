"""Figures of dashboards: named by what they hold, national totals alone, about nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts import wire
from contracts.catalogue import BY_NAME
from contracts.codes import Breakdown, FigureStatus, Statistic
from contracts.statistics import MeasureUpdated, figure_of
from tests.contracts.golden import altered, bytes_of, example

KIND, TOPIC = "measure-updated.v1", BY_NAME["statistics.v1"]
NOON = datetime(2022, 1, 3, 12, tzinfo=UTC)


def figure(period: str, **other: Any) -> MeasureUpdated:
    told = {
        "figure": f"transferred:{period}:national", "measure": Statistic.TRANSFERRED, "period": period, "breakdown": Breakdown.NATIONAL,
        "value": 166, "known": NOON, "status": FigureStatus.FINAL, "break_in_series": False,
    }  # fmt: skip
    return MeasureUpdated.model_validate(told | other)


@pytest.mark.parametrize("period", ["2012-01", "2012-13", "2021-07", "2021-12", "2021-22", "2099-00", "2099-12"])
def test_a_period_is_a_month_or_a_financial_year(period: str) -> None:
    assert figure(period).subject == f"transferred:{period}:national"


@pytest.mark.parametrize(
    "period", ["2011-12", "2010-11", "1999-00", "2100-01", "2021-00", "2021-13", "2021-23", "2021-7", "2021", "2021-07\n"]
)
def test_what_could_be_either_or_is_neither_is_no_period(period: str) -> None:
    with pytest.raises(ValidationError):
        figure(period)


@pytest.mark.parametrize(
    "other", [{"figure": "transferred:2021-08:national"}, {"figure": "transferred:2021-07:kent"}, {"measure": "created"}]
)
def test_a_figure_is_named_by_what_it_holds(other: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="measure:period:breakdown"):
        figure("2021-07", **other)


@pytest.mark.parametrize("breakdown", ["cleveland", "force", "2021-07-03"])
def test_live_nothing_finer_than_the_nation_can_be_told(breakdown: str) -> None:
    with pytest.raises(ValidationError, match="breakdown"):
        figure("2021-07", breakdown=breakdown, figure=f"transferred:2021-07:{breakdown}")


def test_nobody_is_counted_less_than_none() -> None:
    with pytest.raises(ValidationError, match="value"):
        figure("2021-07", value=-1)


def test_no_text_of_a_figure_is_free() -> None:
    schema = MeasureUpdated.model_json_schema(mode="serialization")

    texts = [held for held in schema["properties"].values() if held.get("type") == "string"]
    assert all("pattern" in held or held.get("format") == "date-time" for held in texts)
    assert schema["$defs"].keys() == {"Statistic", "Breakdown", "FigureStatus"}


def test_every_figure_that_can_be_named_is_a_key_the_schema_takes() -> None:
    for measure in Statistic:
        for breakdown in Breakdown:
            name = figure_of(measure, "2021-22", breakdown)
            assert figure("2021-22", figure=name, measure=measure, breakdown=breakdown).subject == name


@pytest.mark.parametrize("version", [None, 0, -1, 2**31])
def test_the_latest_is_told_by_its_version(version: int | None) -> None:
    with pytest.raises(wire.UnreadableError, match="version"):
        wire.decode(TOPIC, altered(KIND, version=version))


def test_a_figure_about_another_than_its_subject_is_refused() -> None:
    with pytest.raises(wire.UnreadableError, match="subject: must be the figure"):
        wire.decode(TOPIC, altered(KIND, subject="created:2021-07:national"))


def test_a_later_statistics_service_may_say_more_and_is_still_understood() -> None:
    told = example(KIND)
    told["data"]["rounded_to"] = 5

    assert wire.decode(TOPIC, bytes_of(told)).data == wire.decode(TOPIC, altered(KIND)).data
