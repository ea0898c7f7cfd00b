from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from landfall import facts
from landfall.facts import stories_of
from simulators.line import Address
from tests.chassis.conftest import house, intel
from tests.chassis.disagreeing import RECORDS
from tests.chassis.house import House
from tests.chassis.tellings import created
from tests.chassis.unpackable import tell_what_cannot_be_unpacked

__all__ = ["house", "intel"]


def told(kind: str, *, version: int = 1, day: str = "2021-05-04", **data: Any) -> dict[str, Any]:
    return {"topic": "records.v1", "type": kind, "version": version, "time": day, "data": data}


def a_life() -> list[dict[str, Any]]:
    """One record, from its notification to its transfer, under ids of its own."""
    notification, record, handover = str(uuid4()), str(uuid4()), str(uuid4())
    return [
        told("notification-accepted.v1", notification_id=notification, record_id=record),
        told("record-created.v1", record_id=record, cohort="ukso"),
        told("record-transferred.v1", version=2, day="2021-09-01", record_id=record, handover_id=handover, force="kent"),
    ]


def test_two_runs_that_differ_in_ids_alone_tell_one_story() -> None:
    one, other = a_life(), list(reversed(a_life()))

    assert list(stories_of(one)) == list(stories_of(other))


def test_facts_that_share_an_id_are_one_story() -> None:
    assert len(list(stories_of([*a_life(), *a_life()]))) == 2


def test_another_day_is_another_story() -> None:
    one, other = a_life(), a_life()
    other[1] = {**other[1], "time": "2021-05-05"}

    assert list(stories_of(one)) != list(stories_of(other))


def test_a_transfer_of_another_record_is_another_story() -> None:
    one, other = a_life(), a_life()
    other[2]["data"]["record_id"] = str(uuid4())

    assert sorted(stories_of(one)) != sorted(stories_of(other))


def test_no_id_is_left_in_a_story() -> None:
    life = a_life()
    record_id = life[1]["data"]["record_id"]

    (story,) = stories_of(life)

    assert record_id not in story


@pytest.mark.kafka
async def test_what_cannot_be_unpacked_is_a_story_of_its_own_and_hides_no_other(
    intel: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(facts, "TOPICS", [RECORDS])
    await tell_what_cannot_be_unpacked(intel)
    await intel.tell(created(uuid4()))

    assert await facts.write(Address(intel.kafka.bootstrap, topic_prefix=intel.prefix), tmp_path / "stories") == 2

    assert sorted(story.count('"unreadable"') for story in (tmp_path / "stories").read_text().splitlines()) == [0, 1]
