"""Handovers as they are kept: offered, answered, effective, and everything that must change nothing."""

from datetime import date
from uuid import UUID

from structlog.testing import capture_logs

from contracts.codes import HoldReason
from contracts.handover_replies import ForceAccepted
from contracts.handovers import HandoverEffective
from tests.furniture import Desk, received, set_aside
from tests.handover.told import CLEVELAND, CLOSED, KENT, LANDING, RECORD, RECORDS, TODAY, offered, state, strays


async def test_a_landing_is_offered_accepted_and_takes_effect(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    await handover.end(date(2021, 6, 9))
    before_landing = await state(handover, offer)
    await handover.end(LANDING)
    await handover.end(LANDING)

    said = await handover.said()
    assert before_landing == "accepted"
    assert [(envelope.type, envelope.subject, envelope.version) for envelope in said] == [
        ("handover-offered.v1", str(RECORD), 1),
        ("handover-notice.v1", str(offer), 1),
        ("handover-accepted.v1", str(RECORD), 2),
        ("handover-effective.v1", str(RECORD), 3),
    ]
    assert said[-1].data.effective_day == LANDING


async def test_the_notice_goes_to_the_offered_force_alone(handover: Desk) -> None:
    await offered(handover, RECORD)

    topics = await handover.pool.fetch("select topic from said order by topic")

    assert [row["topic"] for row in topics] == ["handover-packs.cleveland.v1", "handovers.v1"]


async def test_another_force_cannot_take_a_person_on_by_answering(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, KENT))

    assert await state(handover, offer) == "offered"
    assert await strays(handover) == [(KENT, "offered-to-another-force")]


async def test_an_answer_to_an_unknown_handover_is_kept_once_for_a_person(handover: Desk) -> None:
    unknown = received(ForceAccepted(handover_id=UUID(int=77)), TODAY, KENT)

    await handover.hear(unknown, unknown)
    await handover.hear(unknown)

    assert await strays(handover) == [(KENT, "unknown-handover")]
    assert await handover.said() == []


async def test_a_stray_of_a_later_release_is_shown_too(handover: Desk) -> None:
    await handover.hear(received(ForceAccepted(handover_id=UUID(int=77)), TODAY, KENT))
    await handover.pool.execute("update stray set reason = 'a reason of a later release'")

    assert await strays(handover) == [(KENT, "a reason of a later release")]


async def test_an_answer_that_is_set_aside_pages_at_once(handover: Desk) -> None:
    aside = [set_aside("handover-replies.kent.v1", HoldReason.MALFORMED, TODAY), set_aside("records.v1", HoldReason.POISON, TODAY)]

    with capture_logs() as logged:
        async with handover.pool.acquire() as tx, tx.transaction():
            await handover.room.on_held(aside, tx)

    assert logged == [
        {
            "log_level": "critical", "event": "handover_reply_held", "held_id": str(aside[0].held_id),
            "topic": "handover-replies.kent.v1", "reason": "malformed",
        }
    ]  # fmt: skip


async def test_an_acceptance_told_twice_is_said_once(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    accepts = received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND)

    await handover.hear(accepts, accepts)
    await handover.hear(accepts)

    assert [fact.TYPE for fact in await handover.told()].count("handover-accepted.v1") == 1
    assert await strays(handover) == []


async def test_a_closed_record_withdraws_its_offer_and_a_late_answer_counts_no_more(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    await handover.hear(received(CLOSED, TODAY))
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    await handover.end(LANDING)

    assert [fact.TYPE for fact in await handover.told()][-2:] == ["handover-withdrawn.v1", "handover-notice-withdrawn.v1"]
    assert await strays(handover) == [(CLEVELAND, "withdrawn")]
    assert (await handover.http.get(f"/cases/{RECORD}")).json()["state"] == "closed"


async def test_once_a_force_manages_a_closure_withdraws_nothing(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    await handover.end(LANDING)

    await handover.hear(received(CLOSED, LANDING))

    assert await state(handover, offer) == "effective"
    assert (await handover.told())[-1].TYPE == "handover-effective.v1"


async def test_all_that_is_due_takes_effect_in_one_firing(handover: Desk) -> None:
    offers = await offered(handover, *RECORDS)
    await handover.hear(*(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND) for offer in offers))

    await handover.end(LANDING)

    assert [fact.record_id for fact in await handover.told() if isinstance(fact, HandoverEffective)] == RECORDS
