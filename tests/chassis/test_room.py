"""A service reacts to exactly what the catalogue says that it hears."""

import pytest

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room


async def _hear(_batch: Batch, _tx: Transaction) -> None:
    """Any handler."""


def test_a_service_that_misses_a_family_is_refused() -> None:
    with pytest.raises(ValueError, match="the catalogue says it hears"):
        Room("handover", {"records": _hear})


def test_a_service_that_reacts_to_a_family_not_meant_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="the catalogue says it hears"):
        Room("intel", {"records": _hear, "notifications": _hear})


def test_a_service_that_hears_what_is_personal_is_refused_without_keys() -> None:
    with pytest.raises(ValueError, match="no keys to seal"):
        Room("handover", {"records": _hear, "handover-replies": _hear})


def test_the_event_clock_is_heard_only_where_a_scenario_is_followed() -> None:
    room = Room("intel", {"records": _hear})

    assert [topic.name for topic in room.topics(clock=False)] == ["records.v1"]
    assert [topic.name for topic in room.topics(clock=True)] == ["records.v1", "clock.v1"]
