"""Where no order is kept what follows one of an unknown type about its subject waits, though no version shows that one is missing (H13)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis import known_now
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.ordering import Wish
from chassis.room import Room
from contracts.envelope import Envelope
from contracts.handover_replies import ForceAccepted
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness, nothing
from tests.chassis.ordering import answers, carried_out, has_read, held_versions, nothing_is_held, older_release, ordered
from tests.chassis.tellings import TOLD_AT, amended, created, declined
from tests.keys import VAULT

REPLIES = "handover-replies.cleveland.v1"
DECLINED = "force-declined.v1"


@pytest_asyncio.fixture
async def handover(house: FreshHouse) -> House:
    return await house("handover")


@asynccontextmanager
async def _opened(handover: House) -> AsyncIterator[None]:
    room = Room("handover", {"handover-replies": Witness().hear, "records": nothing}, vault=VAULT)
    async with handover.opened(room):
        yield


def accepted(handover_id: UUID) -> Envelope[ForceAccepted]:
    fact = ForceAccepted(handover_id=handover_id)
    return Envelope(id=uuid4(), source="/forces/cleveland", type=fact.TYPE, subject=fact.subject, time=TOLD_AT, data=fact)


async def _tell(handover: House, *told: Envelope[ForceAccepted]) -> list[UUID]:
    for each in told:
        await handover.tell_raw(each.to_bytes(), key=each.subject.encode(), topic=REPLIES)
    return [each.id for each in told]


async def test_what_is_known_after_an_upgrade_is_handled_in_the_order_in_which_it_came(
    handover: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_now, "AT_ONCE", 2)  # rows are met by their ids, which say nothing of when they came
    people = [uuid4() for _ in range(6)]
    told = [declined(each) for each in people for _ in range(3)]
    with older_release(monkeypatch, DECLINED):
        async with _opened(handover):
            ids = await _tell(handover, *told)
            await has_read(handover, len(told))
            assert await handover.effects() == []

    async with _opened(handover):
        await nothing_is_held(handover)

    order = await handover.effects()
    for each in people:
        of_one = [one.id for one in told if one.subject == str(each)]
        assert [one for one in order if one in of_one] == of_one
    assert sorted(order) == sorted(ids)


async def test_what_is_known_waits_behind_an_unknown_one_of_its_subject_and_others_flow(
    handover: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = uuid4(), uuid4()
    with older_release(monkeypatch, DECLINED):
        async with _opened(handover):
            ids = await _tell(handover, declined(one))
            await has_read(handover, 1)
            ids += await _tell(handover, accepted(one), accepted(other))
            await has_read(handover, 3)
            ids += await _tell(handover, declined(one), accepted(one))
            await has_read(handover, 5)
            assert await handover.effects() == [ids[2]]
            assert sorted(reason for _, reason in await held_versions(handover)) == 2 * ["after-poison"] + 2 * ["unknown-type"]

    async with _opened(handover):
        await nothing_is_held(handover)

    assert await handover.effects() == [ids[2], ids[0], ids[1], ids[3], ids[4]]


async def test_an_operator_cannot_pass_one_of_an_unknown_type_and_nothing_goes_on_by_itself(
    handover: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = uuid4()
    with older_release(monkeypatch, DECLINED):
        async with _opened(handover):
            ids = await _tell(handover, declined(one), accepted(one), declined(one), accepted(one))
            await has_read(handover, 4)
            behind = await handover.fetchval("select held_id from held where reason = 'after-poison' order by \"offset\" limit 1")
            await ordered(handover, Wish.REDRIVE, reason="after-poison")
            assert {each["complaint"] for each in await answers(handover, 2)} == {"an earlier telling of this subject is held"}
            await ordered(handover, Wish.RELEASE, reason="after-poison")
            assert {each["complaint"] for each in (await answers(handover, 4))[2:]} == {
                "an earlier telling of its subject is held: redrive or discard that one first"
            }

            first = await handover.fetchval("select held_id from held where reason = 'unknown-type' order by \"offset\" limit 1")
            await handover.owner.execute(
                "update held set ordered = 'discard', ordered_by = '-', order_reason = '-', ordered_at = now() where held_id = $1", first
            )
            assert (await answers(handover, 5))[4]["complaint"] is None
            assert await handover.effects() == [ids[1]]
            assert behind not in {each["held_id"] for each in (await handover.held(VAULT)).values()}
            assert sorted(reason for _, reason in await held_versions(handover)) == ["after-poison", "unknown-type"]

    async with _opened(handover):
        await nothing_is_held(handover)

    assert await handover.effects() == [ids[1], ids[2], ids[3]]


async def test_an_unknown_version_that_is_discarded_counts_as_heard(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    intel, record = await house("intel"), uuid4()
    with older_release(monkeypatch, "record-amended.v1"):
        async with intel.opened(Room("intel", {"records": Witness().hear})):
            await intel.tell(created(record), amended(record, 2), created(record, 3))
            await has_read(intel, 3)
            assert await held_versions(intel) == [(2, "unknown-type"), (3, "gap")]
            assert await carried_out(intel, Wish.DISCARD, reason="unknown-type") is None
            await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 3]
    (discard,) = await intel.on_topic("discards.intel.v1")
    assert (discard.data.told_about, discard.data.version) == (record, 2)


async def test_an_order_about_many_is_carried_out_in_the_order_in_which_they_came(handover: House) -> None:
    handled = list[UUID]()

    async def fail_first(batch: Batch, _tx: Transaction) -> None:
        if not handled:
            raise KeyError
        handled.extend(each.envelope.id for each in batch)

    room = Room("handover", {"handover-replies": fail_first, "records": nothing}, vault=VAULT)
    async with handover.opened(room):
        told = [declined(uuid4()) for _ in range(12)]
        for each in told:
            await handover.tell_raw(each.to_bytes(), key=b"one partition", topic=REPLIES)
        await has_read(handover, len(told))
        handled.append(UUID(int=0))
        for row in await handover.owner.fetch('select held_id from held order by "offset" desc'):  # a row lies where it was last written
            await handover.owner.execute("update held set complaint = complaint where held_id = $1", row["held_id"])
        await ordered(handover, Wish.REDRIVE)
        await nothing_is_held(handover)

    assert handled[1:] == [each.id for each in told]
