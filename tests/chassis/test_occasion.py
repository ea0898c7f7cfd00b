"""The day of a decision is the calendar day in the United Kingdom."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from chassis.occasion import Coordinates, Occasion, Received, london_day, start_of_day
from contracts.catalogue import BY_NAME
from tests.chassis.tellings import TOLD_AT, created, declined


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2021, 7, 31, 22, 59, tzinfo=UTC), date(2021, 7, 31)),
        (datetime(2021, 7, 31, 23, 0, tzinfo=UTC), date(2021, 8, 1)),
        (datetime(2022, 3, 31, 23, 30, tzinfo=UTC), date(2022, 4, 1)),
        (datetime(2021, 12, 31, 23, 59, tzinfo=UTC), date(2021, 12, 31)),
        (datetime(2021, 3, 28, 0, 59, tzinfo=UTC), date(2021, 3, 28)),
    ],
)
def test_in_summer_the_london_day_begins_an_hour_before_utc_s(at: datetime, day: date) -> None:
    assert london_day(at) == day
    assert Occasion(at).day == day


def test_facts_tell_a_day_as_its_first_instant_in_utc() -> None:
    assert start_of_day(date(2021, 7, 31)) == datetime(2021, 7, 31, tzinfo=UTC)


def test_who_speaks_is_known_from_the_topic() -> None:
    told = declined(uuid4())
    topic = BY_NAME["handover-replies.cleveland.v1"]

    received = Received(told.data, told, topic, Coordinates(topic.name, 0, 0), Occasion(TOLD_AT))

    assert received.principal == "cleveland"


def test_nobody_outside_speaks_on_our_own_topics() -> None:
    told = created(uuid4())

    received = Received(told.data, told, BY_NAME["records.v1"], Coordinates("records.v1", 0, 0), Occasion(TOLD_AT))

    with pytest.raises(ValueError, match="belongs to nobody outside"):
        _ = received.principal
