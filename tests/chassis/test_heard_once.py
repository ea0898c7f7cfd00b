"""What an outsider tells again under its id is a double, whatever became of the first (H2)."""

from uuid import UUID, uuid4

import pytest

from chassis.ordering import Wish
from chassis.outside_event import OutsideEvent, event_of
from chassis.room import Room
from tests.chassis.house import House, Witness
from tests.chassis.ordering import carried_out, has_read
from tests.chassis.replying import declines, handover, room, witness
from tests.chassis.tellings import candidate
from tests.chassis.test_sealed import OTHERS
from tests.keys import VAULT
from tests.outside import send

__all__ = ["handover", "room", "witness"]


@pytest.mark.parametrize("apart", [False, True], ids=["in one batch", "in two batches"])
async def test_the_same_bytes_twice_have_one_effect(handover: House, room: Room, apart: bool) -> None:  # noqa: FBT001 - a parameter
    told = declines(uuid4())
    if not apart:
        await send(handover, told, told)
    async with handover.opened(room):
        for number in (1, 2) if apart else ():
            await send(handover, told)
            await has_read(handover, number)
        await has_read(handover, 2)

    assert await handover.effects() == [told.id]
    assert await handover.held(VAULT) == {}


async def test_a_producer_that_stamps_each_attempt_anew_tells_the_same(handover: House, room: Room) -> None:
    told = declines(uuid4())
    async with handover.opened(room):
        await send(handover, told, told.stamped_anew())
        await has_read(handover, 2)

    assert await handover.effects() == [told.id]
    assert await handover.held(VAULT) == {}


async def test_the_same_words_under_a_new_id_are_another_telling(handover: House, room: Room) -> None:
    about = uuid4()
    told = [declines(about), declines(about)]
    async with handover.opened(room):
        await send(handover, *told)
        await has_read(handover, 2)

    assert await handover.effects() == [each.id for each in told]


@pytest.mark.parametrize("wish", [Wish.REDRIVE, Wish.DISCARD])
async def test_what_is_held_stands_for_its_copies_and_what_becomes_of_it_becomes_of_them(
    handover: House, witness: Witness, room: Room, wish: Wish
) -> None:
    told, other = declines(uuid4()), declines(uuid4())
    behind = declines(UUID(told.told.subject))
    witness.poison.add(told.told.subject)
    async with handover.opened(room):
        await send(handover, told, told, behind, other)
        await has_read(handover, 4)
        await send(handover, told, behind, declines(uuid4(), told.id))
        await has_read(handover, 7)
        assert sorted(await handover.reasons()) == ["after-poison", "malformed", "poison"]

        witness.poison.clear()
        assert await carried_out(handover, wish, reason="poison") is None
        await send(handover, told, behind)
        await has_read(handover, 9)

    redriven = [told.id] if wish is Wish.REDRIVE else []
    assert await handover.effects() == [other.id, *redriven, behind.id]
    assert await handover.reasons() == ["malformed"]


async def test_what_could_not_be_read_and_is_told_right_under_its_id_is_handled(handover: House, room: Room) -> None:
    right = declines(uuid4())
    async with handover.opened(room):
        wrong = right.told.to_bytes().replace(b"not-in-our-area", b"no reason that is one")
        await handover.tell_raw(wrong, key=right.told.subject.encode(), topic=right.topic)
        await handover.tell_raw(right.told.to_bytes(), key=None, topic=right.topic)
        await send(handover, right, right)
        await has_read(handover, 4)

    assert await handover.effects() == [right.id]
    assert await handover.reasons() == ["malformed", "malformed"]


async def test_what_is_kept_of_it_shows_nobody_without_the_key_what_was_told(handover: House, room: Room) -> None:
    told = declines(uuid4())
    async with handover.opened(room):
        await send(handover, told)
        await has_read(handover, 1)
    (kept,) = await handover.owner.fetch("select * from heard_once")

    assert (kept["topic"], kept["id"]) == (told.topic, told.id)
    read = candidate(told.told, 1, topic=told.topic)
    assert event_of(VAULT, read) == OutsideEvent(told.topic, told.id, kept["content"], kept["value"])
    under_another_key = event_of(OTHERS[1], read)
    assert under_another_key is not None
    assert {under_another_key.content, under_another_key.value}.isdisjoint({kept["content"], kept["value"]})
