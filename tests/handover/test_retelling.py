"""A force that may not have read what it was told is told again, by a person's order, from what handover knows."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from contracts.codes import CloseReason, DeclineReason
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.records import RecordClosed
from services.handover.retelling import ROUND
from tests.furniture import Desk, received
from tests.handover.told import (
    CLEVELAND,
    CLOSED,
    KENT,
    LANDING,
    RECORD,
    RECORDS,
    TODAY,
    created,
    offered,
    strays,
    tell_again,
    travel,
    waits,
)
from tests.waiting import until


async def _told_by(handover: Desk, before: int) -> list[tuple[str, str, str]]:
    """What was said after the first `before`: topic, type and subject."""
    said = "select topic, subject from outbox join said on said.id = outbox.said_id order by outbox.seq offset $1"
    rows = await handover.pool.fetch(said, before)
    types = [envelope.type for envelope in (await handover.said())[before:]]
    return [(row["topic"], kind, row["subject"]) for row, kind in zip(rows, types, strict=True)]


async def test_a_force_is_told_again_all_that_it_has_to_know_and_no_other_force_hears_anything(handover: Desk) -> None:
    open_offer, accepted, declined, withdrawn, effective = await offered(handover, *RECORDS)
    in_kent = UUID(int=77)
    await handover.hear(received(created(in_kent), TODAY), received(travel(in_kent, KENT), TODAY))
    await handover.hear(*(received(ForceAccepted(handover_id=each), TODAY, CLEVELAND) for each in (accepted, effective)))
    await handover.hear(received(ForceDeclined(handover_id=declined, reason=DeclineReason.NOT_IN_OUR_AREA), TODAY, CLEVELAND))
    await handover.hear(received(RecordClosed(record_id=RECORDS[3], reason=CloseReason.DIED), TODAY))
    later = travel(RECORDS[1]).model_copy(update={"landing_day": date(2021, 6, 20)})
    await handover.hear(received(later, TODAY))
    await handover.end(LANDING)
    before = len(await handover.said())

    answer = await tell_again(handover, CLEVELAND, LANDING)

    assert (answer.status_code, answer.json()) == (200, {"force": CLEVELAND, "notices": 2, "withdrawals": 1})
    topic = "handover-packs.cleveland.v1"
    assert await _told_by(handover, before) == [
        (topic, "handover-notice.v1", str(open_offer)),
        (topic, "handover-notice.v1", str(accepted)),
        (topic, "handover-notice-withdrawn.v1", str(withdrawn)),
    ]
    assert [fact.landing_day for fact in (await handover.told())[before:][:2]] == [LANDING, date(2021, 6, 20)]  # type: ignore[attr-defined]


async def test_a_withdrawal_that_no_topic_can_hold_any_more_is_not_told_again(handover: Desk) -> None:
    await offered(handover, RECORD)
    await handover.hear(received(CLOSED, TODAY))

    on_the_last_day = await tell_again(handover, day=date(2021, 7, 10))
    after_it = await tell_again(handover, day=date(2021, 7, 11))

    assert [answer.json()["withdrawals"] for answer in (on_the_last_day, after_it)] == [1, 0]


async def test_an_offer_that_nobody_ever_answered_is_withdrawn_again_long_after_its_landing(handover: Desk) -> None:
    await offered(handover, RECORD)
    await handover.hear(received(CLOSED, date(2021, 9, 1)))

    answer = await tell_again(handover, day=date(2021, 10, 1))

    assert answer.json() == {"force": CLEVELAND, "notices": 0, "withdrawals": 1}


async def test_a_force_of_which_nothing_is_asked_is_told_nothing(handover: Desk) -> None:
    await offered(handover, RECORD)

    answer = await tell_again(handover, KENT)

    assert (answer.status_code, answer.json()) == (200, {"force": KENT, "notices": 0, "withdrawals": 0})
    assert len(await handover.said()) == 2


async def test_each_request_tells_everything_again(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    answers = [await tell_again(handover), await tell_again(handover)]

    assert [answer.json()["notices"] for answer in answers] == [1, 1]
    notices = [envelope for envelope in await handover.said() if envelope.type == "handover-notice.v1"]
    assert [(envelope.subject, envelope.version) for envelope in notices] == [(str(offer), 1), (str(offer), 2), (str(offer), 3)]
    assert len({envelope.id for envelope in notices}) == 3
    assert len({envelope.data for envelope in notices}) == 1


async def test_more_handovers_than_one_round_takes_are_each_told_once(handover: Desk) -> None:
    offers = await offered(handover, *(UUID(int=number) for number in range(1, 2 * ROUND + 2)))
    before = len(await handover.said())

    answer = await tell_again(handover)

    assert answer.json()["notices"] == 2 * ROUND + 1
    assert Counter(subject for _, _, subject in await _told_by(handover, before)) == Counter(map(str, offers))


async def test_who_asked_and_why_is_kept_and_never_told(handover: Desk) -> None:
    await offered(handover, RECORD)

    answer = await tell_again(handover)

    (kept,) = await handover.pool.fetch("select force, asked_by, reason, notices, withdrawals from retelling")
    assert tuple(kept) == (CLEVELAND, "ACRO-1", "its topic was lost with its broker", 1, 0)
    assert "ACRO-1" not in answer.text
    assert all(b"ACRO-1" not in row["payload"] and b"broker" not in row["payload"] for row in await _payloads(handover))


async def _payloads(handover: Desk) -> list[Any]:
    return list(await handover.pool.fetch("select payload from said"))


async def test_a_force_that_answers_a_notice_told_again_as_it_did_before_says_nothing_new(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))

    await tell_again(handover)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))

    assert [fact.TYPE for fact in await handover.told()].count("handover-accepted.v1") == 1
    assert await strays(handover) == []


async def test_a_retelling_waits_for_the_closure_that_is_being_decided_and_tells_what_came_of_it(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    async with handover.pool.acquire() as tx, tx.transaction():
        await handover.room.families["records"]([received(CLOSED, TODAY)], tx)
        asked = asyncio.create_task(tell_again(handover))
        await until(lambda: waits(handover, asked), "the retelling waits for the closure")
    answer = await asked

    assert answer.json() == {"force": CLEVELAND, "notices": 0, "withdrawals": 1}
    about_it = [(envelope.type, envelope.version) for envelope in await handover.said() if envelope.subject == str(offer)]
    assert about_it == [("handover-notice.v1", 1), ("handover-notice-withdrawn.v1", 2), ("handover-notice-withdrawn.v1", 3)]
