"""Two who decide about one record at once: the row of the record puts them one after the other."""

import asyncio
from datetime import date

import pytest

from chassis.occasion import Occasion
from contracts.codes import CloseReason
from contracts.handover_replies import ForceAccepted
from contracts.handovers import HandoverEffective
from contracts.records import RecordClosed
from services.handover import worker
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk, noon, received
from tests.handover.told import CLEVELAND, CLOSED, KENT, LANDING, RECORD, RECORDS, TODAY, created, offered, strays, travel, waits
from tests.waiting import until


async def test_two_processes_that_fire_at_once_make_each_handover_effective_once(handover: Desk) -> None:
    offers = await offered(handover, *RECORDS)
    await handover.hear(*(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND) for offer in offers))

    async with handover.pool.acquire() as one, handover.pool.acquire() as other, one.transaction(), other.transaction():
        await asyncio.gather(*(worker.fire(Occasion(noon(LANDING)), LANDING, each) for each in (one, other)))

    assert sorted(fact.record_id for fact in await handover.told() if isinstance(fact, HandoverEffective)) == RECORDS


async def test_an_answer_waits_for_the_closure_that_is_being_decided(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    closes = received(CLOSED, TODAY)

    async with handover.pool.acquire() as tx, tx.transaction():
        await handover.room.families["records"]([closes], tx)
        answer = asyncio.create_task(handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND)))
        await until(lambda: waits(handover, answer), "the answer waits for the closure")
    await answer

    said = [(envelope.type, envelope.version) for envelope in await handover.said() if envelope.subject == str(RECORD)]
    assert said == [("handover-offered.v1", 1), ("handover-withdrawn.v1", 2)]
    assert await strays(handover) == [(CLEVELAND, "withdrawn")]


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_the_same_is_said_however_the_facts_are_batched(handover: Desk, database: FreshDatabase, size: int) -> None:
    facts = [fact(record_id) for record_id in RECORDS for fact in (created, travel)]
    moved = travel(RECORD).model_copy(update={"landing_day": date(2021, 6, 20)})
    closes = RecordClosed(record_id=RECORDS[1], reason=CloseReason.DIED)
    batch = [received(fact, TODAY) for fact in (*facts, travel(RECORD, KENT), moved, closes, travel(RECORDS[1]))]

    async with desk(handover.room, await database("handover")) as at_once:
        await at_once.hear(*batch)
        whole = [(envelope.type, envelope.version) for envelope in await at_once.said()]
    for start in range(0, len(batch), size):
        await handover.hear(*batch[start : start + size])

    assert [(envelope.type, envelope.version) for envelope in await handover.said()] == whole
    assert whole[-3:] == [("handover-notice.v1", 2), ("handover-withdrawn.v1", 2), ("handover-notice-withdrawn.v1", 2)]
