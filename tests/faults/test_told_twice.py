"""Outsiders' topics read again, made again or told twice: whatever was decided once is decided once, and nothing new is said (H2)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from contracts.catalogue import BY_NAME
from contracts.codes import Channel
from landfall.positions import move
from services.records.app import room as records_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House
from tests.chassis.ordering import BY, WHY, operator
from tests.faults.deciders import deciders, told_to_records
from tests.faults.outsiders import has_heard, standing, told_on_topics
from tests.keys import KEYS
from tests.outside import Message, message, send
from tests.people import of
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka


async def _stands(house: House) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, list[UUID]]]:
    """All but where it reads on."""
    found = await standing(house)
    return {name: rows for name, rows in found.items() if name != "positions"}, await told_on_topics(house)


async def _read_from_the_start(house: House, topics: Sequence[str]) -> None:
    for each in topics:
        await move(operator(house), each, None, "start", by=BY, reason=WHY)


@pytest.mark.parametrize("name", ["records", "handover"])
async def test_a_place_that_is_moved_back_to_the_start_says_nothing_new(house: FreshHouse, name: str) -> None:
    found, room, told, heard = await deciders(house, name)
    before = await _stands(found)

    await _read_from_the_start(found, sorted({each.topic for each in told}))
    async with found.opened(room):
        await has_heard(found, heard)

    assert await _stands(found) == before


@pytest.mark.parametrize("name", ["records", "handover"])
async def test_a_topic_that_was_made_again_and_told_again_says_nothing_new(house: FreshHouse, name: str) -> None:
    found, room, told, heard = await deciders(house, name)
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
        await send(records, *[each for told in told_to_records() for each in (told, told)])
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
