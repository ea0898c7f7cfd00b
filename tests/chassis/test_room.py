"""A service reacts to exactly what the catalogue says that it hears."""

import pytest

from chassis.room import Room
from tests.chassis.house import nothing


def test_a_service_that_misses_a_family_is_refused() -> None:
    with pytest.raises(ValueError, match="the catalogue says it hears"):
        Room("handover", {"records": nothing})


def test_a_service_that_reacts_to_a_family_not_meant_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="the catalogue says it hears"):
        Room("intel", {"records": nothing, "notifications": nothing})


def test_a_service_that_hears_what_is_personal_is_refused_without_keys() -> None:
    with pytest.raises(ValueError, match="no keys to seal"):
        Room("handover", {"records": nothing, "handover-replies": nothing})


def test_the_event_clock_is_heard_only_where_a_scenario_is_followed() -> None:
    room = Room("intel", {"records": nothing})

    assert [topic.name for topic in room.topics(clock=False)] == ["records.v1"]
    assert [topic.name for topic in room.topics(clock=True)] == ["records.v1", "clock.v1"]
