"""Under an id that came before with other content nothing is handled: it is held and named, and all others go on (H2)."""

from uuid import UUID, uuid4

import pytest

from chassis.database import Pool
from chassis.heard_once import REUSED
from chassis.ordering import Wish
from chassis.room import Room
from contracts.handover_replies import ForceAccepted, ForceDeclined
from tests.chassis.house import House, Witness
from tests.chassis.ordering import carried_out, has_read, older_release
from tests.chassis.replying import CLEVELAND, KENT, declines, handover, room, witness
from tests.keys import VAULT
from tests.outside import message, send
from tests.waiting import until

__all__ = ["handover", "room", "witness"]


async def _effects(pool: Pool) -> list[str]:
    """About whom something had an effect, one for each effect."""
    return [row["subject"] for row in await pool.fetch("select subject from effect order by nr")]


@pytest.mark.parametrize("apart", [False, True], ids=["in one batch", "in two batches"])
async def test_an_id_that_comes_for_somebody_else_is_held_and_named_and_all_others_go_on(
    handover: House,
    room: Room,
    apart: bool,  # noqa: FBT001 - a parameter
) -> None:
    first, same_id_elsewhere = declines(uuid4()), uuid4()
    wrong = declines(uuid4(), first.id)
    others = [declines(uuid4()), declines(same_id_elsewhere, first.id, KENT)]
    followed = declines(UUID(wrong.told.subject))
    if not apart:
        await send(handover, first, wrong, *others, followed)
    async with handover.opened(room):
        for number, each in enumerate([first, wrong, *others, followed] if apart else (), start=1):
            await send(handover, each)
            await has_read(handover, number)
        await has_read(handover, 5)

    ((place, row),) = (await handover.held(VAULT)).items()
    assert (place[0], row["reason"], row["complaint"]) == (wrong.topic, "malformed", REUSED)
    assert row["value"] == wrong.told.to_bytes()
    assert sorted(await _effects(handover.owner)) == sorted(each.told.subject for each in [first, *others, followed])


async def test_ids_that_come_again_for_somebody_else_stop_the_topic_of_whoever_sends_them_and_no_other(handover: House, room: Room) -> None:
    first = declines(uuid4())
    async with handover.opened(room, channel_stop_after=3, stop_after=3) as running:
        await send(handover, first, *[declines(uuid4(), first.id) for _ in range(3)])
        await running.says(f"reading {handover.prefix}{first.topic} is stopped")
        await send(handover, elsewhere := declines(uuid4(), force=KENT))
        await has_read(handover, 5)

    assert await handover.effects() == [first.id, elsewhere.id]


async def test_whoever_orders_it_to_be_handled_is_told_why_it_cannot_be(handover: House, room: Room) -> None:
    first = declines(uuid4())
    async with handover.opened(room):
        await send(handover, first, declines(uuid4(), first.id))
        await has_read(handover, 2)

        assert await carried_out(handover, Wish.REDRIVE) == REUSED
        assert await handover.reasons() == ["malformed"]
        assert await carried_out(handover, Wish.DISCARD) is None
        await send(handover, first)
        await has_read(handover, 3)

    assert await handover.effects() == [first.id]
    assert await handover.held(VAULT) == {}


async def test_of_an_unknown_type_one_is_held_and_what_bears_its_id_and_tells_something_else_is_not_handled(
    handover: House, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = declines(uuid4())
    wrong = message(ForceAccepted(handover_id=uuid4()), CLEVELAND, told.id)
    with older_release(monkeypatch, ForceDeclined.TYPE):
        async with handover.opened(room):
            await send(handover, told, told, wrong)
            await has_read(handover, 3)
            await send(handover, told)
            await has_read(handover, 4)
            assert sorted(await handover.reasons()) == ["malformed", "unknown-type"]
            assert await carried_out(handover, Wish.DISCARD, reason="malformed") is None

    async with handover.opened(room):
        await until(lambda: handover.fetchval("select not exists (select from held)"), "it is taken up")
        await send(handover, told, told.stamped_anew())
        await has_read(handover, 6)

    assert await handover.effects() == [told.id]
    assert await handover.held(VAULT) == {}


async def test_of_two_that_an_earlier_release_held_under_one_id_the_first_is_handled(handover: House, witness: Witness, room: Room) -> None:
    told, other = declines(uuid4()), declines(uuid4())
    witness.poison |= {told.told.subject, other.told.subject}
    async with handover.opened(room):
        await send(handover, told)
        await has_read(handover, 1)
        await handover.owner.execute("delete from heard_once")
        await send(handover, message(other.told.data, CLEVELAND, told.id))
        await has_read(handover, 2)
        await handover.owner.execute("delete from heard_once")
        witness.poison.clear()
        await _redrive_all(handover)
        await has_read(handover, 2)

    assert await handover.effects() == [told.id]
    assert await handover.reasons() == ["malformed"]


async def _redrive_all(handover: House) -> None:
    for subject in [row["subject"] for row in await handover.owner.fetch("select subject from held order by kept_at")]:
        held_id = await handover.fetchval("select held_id from held where subject = $1", subject)
        await handover.owner.execute(
            "update held set ordered = 'redrive', ordered_by = '-', order_reason = '-', ordered_at = now() where held_id = $1", held_id
        )
        await _is_answered(handover, held_id)


async def _is_answered(handover: House, held_id: UUID) -> None:
    async def it_is() -> bool:
        return bool(await handover.fetchval("select exists (select from answered_order where held_id = $1)", held_id))

    await until(it_is, "the order is answered")
