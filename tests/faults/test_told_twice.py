"""Outsiders' topics read again, made again or told twice: whatever was decided once is decided once, and nothing new is said (H2)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.room import Room
from contracts.catalogue import BY_NAME
from contracts.codes import Channel, Cohort, DeclineReason, Sender
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.records import RecordCreated, TravelExpected
from landfall.positions import move
from services.handover.app import room as handover_room
from services.records.app import room as records_room
from tests.builders import a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, operator
from tests.faults.outsiders import has_heard, standing, tell, told_on_topics
from tests.keys import KEYS
from tests.outside import Message, message, send
from tests.people import of
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

FUTURE = datetime.now(UTC).date() + timedelta(days=30)


def _told_to_records() -> list[Message]:
    """Something of every kind: taken, refused, told again under another id, expected to land, and expected by nobody here."""
    return [
        *[message(of(number), Channel.UK_CRIS) for number in range(5)],
        message(of(5, receiving_state="LU"), Channel.NORWAY),
        message(of(0), Channel.UK_CRIS),
        message(of(1, "USA-000001"), Channel.USA),
        message(a_travel_notice(identifiers=numbers(passport="SYN0000002")), Sender.BORDER_FORCE),
        message(a_travel_notice("SYN-T-2", identifiers=numbers(passport="SYN7777777")), Sender.BORDER_FORCE),
    ]


async def _records_that_decided(records: House) -> tuple[Room, list[Message], int]:
    room, told = records_room(KEYS), _told_to_records()
    async with records.opened(room):
        await send(records, *told[:5])
        await has_heard(records, 5)
        await send(records, *told[5:])
        await has_heard(records, len(told))
    return room, told, len(told)


async def _handover_that_was_answered(handover: House) -> tuple[Room, list[Message], int]:
    """One accepts, one declines, one answers in place of another."""
    room, people = handover_room(KEYS), [uuid4() for _ in range(3)]
    async with handover.opened(room):
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people], version=1)
        await tell(handover, *[_landing(each) for each in people], version=2)
        await has_heard(handover, 6)
        offers = [row["handover_id"] for row in await handover.owner.fetch("select handover_id from handover order by handover_id")]
        told = [
            message(ForceAccepted(handover_id=offers[0]), "kent"),
            message(ForceDeclined(handover_id=offers[1], reason=DeclineReason.NOT_IN_OUR_AREA), "kent"),
            message(ForceAccepted(handover_id=offers[2]), "cleveland"),
        ]
        await send(handover, *told)
        await has_heard(handover, 9)
    return room, told, 9


def _landing(record_id: UUID) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=FUTURE, force="kent")


async def _deciders(house: FreshHouse, name: str) -> tuple[House, Room, list[Message], int]:
    found = await house(name)
    return found, *await (_records_that_decided(found) if name == "records" else _handover_that_was_answered(found))


async def _stands(house: House) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, list[UUID]]]:
    """All but where it reads on."""
    found = await standing(house)
    return {name: rows for name, rows in found.items() if name != "positions"}, await told_on_topics(house)


async def _read_from_the_start(house: House, topics: Sequence[str]) -> None:
    for each in topics:
        await move(operator(house), each, None, "start", by=BY, reason=WHY)


@pytest.mark.parametrize("name", ["records", "handover"])
async def test_a_place_that_is_moved_back_to_the_start_says_nothing_new(house: FreshHouse, name: str) -> None:
    found, room, told, heard = await _deciders(house, name)
    before = await _stands(found)

    await _read_from_the_start(found, sorted({each.topic for each in told}))
    async with found.opened(room):
        await has_heard(found, heard)

    assert await _stands(found) == before


@pytest.mark.parametrize("name", ["records", "handover"])
async def test_a_topic_that_was_made_again_and_told_again_says_nothing_new(house: FreshHouse, name: str) -> None:
    found, room, told, heard = await _deciders(house, name)
    before = await _stands(found)
    topics = sorted({each.topic for each in told})

    for each in topics:
        await make_topic_again(found, BY_NAME[each])
    await _tell_again(found, topics, list(reversed(told)))
    await _read_from_the_start(found, topics)
    async with found.opened(room):
        await has_heard(found, heard)

    assert await _stands(found) == before


async def _tell_again(house: House, topics: Sequence[str], told: Sequence[Message]) -> None:
    """What a broker takes while it still makes the topic may not lie there afterwards."""

    async def all_lie_there() -> bool:
        lying = {value for each in topics for value in await house.values_on(each)}
        missing = [each for each in told if each.told.to_bytes() not in lying]
        await send(house, *missing)
        return not missing

    await until(all_lie_there, "all is told again")


async def test_what_a_producer_sends_twice_is_decided_once_and_counted_once(house: FreshHouse) -> None:
    records = await house("records")
    async with records.opened(records_room(KEYS)):
        await send(records, *[each for told in _told_to_records() for each in (told, told)])
        await has_heard(records, 20)

    decided = sorted(each.type for each in await records.on_topic("decisions.v1"))
    assert decided == 5 * ["notification-accepted.v1"] + 2 * ["notification-duplicated.v1"] + ["notification-refused.v1"]
    assert len((await standing(records))["travel_notice"]) == 2


async def test_an_id_that_is_used_for_another_person_makes_no_record_and_everybody_else_gets_one(house: FreshHouse) -> None:
    records, first = await house("records"), message(of(1), Channel.UK_CRIS)
    elsewhere = message(of(2), Channel.NORWAY, first.id)
    async with records.opened(records_room(KEYS)) as running:
        await send(records, first, message(of(3), Channel.UK_CRIS, first.id), message(of(4), Channel.UK_CRIS), elsewhere)
        await has_heard(records, 4)
        assert await running.complaints() == []

    decided = sorted(each.type for each in await records.on_topic("decisions.v1"))
    assert decided == 3 * ["notification-accepted.v1"] + ["notification-held.v1"]
    assert await records.reasons() == ["malformed"]
    assert await records.fetchval("select count(*) from record") == 3
