"""Handovers as they are kept: offered, answered, effective, and everything that must change nothing."""

import asyncio
from datetime import date
from uuid import UUID

from chassis.occasion import Occasion
from contracts.codes import CloseReason, Cohort, DeclineReason
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.handovers import HandoverEffective
from contracts.records import RecordClosed, RecordCreated, TravelExpected
from services.handover import worker
from tests.furniture import Desk, noon, received

RECORDS = [UUID(int=number) for number in range(1, 6)]
RECORD = RECORDS[0]
TODAY, LANDING = date(2021, 6, 1), date(2021, 6, 10)
CLEVELAND, KENT = "cleveland", "kent"


def created(record_id: UUID = RECORD) -> RecordCreated:
    return RecordCreated(record_id=record_id, cohort=Cohort.UKSO)


def travel(record_id: UUID = RECORD, force: str | None = CLEVELAND) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=UUID(int=99), landing_day=LANDING, force=force)


async def offered(handover: Desk, *records: UUID) -> list[UUID]:
    """Create those records and expect them all in Cleveland; the handovers that come of it."""
    facts = [fact(record_id) for record_id in records for fact in (created, travel)]
    await handover.hear(*(received(fact, TODAY) for fact in facts))
    return [fact.handover_id for fact in await handover.told() if fact.TYPE == "handover-offered.v1"]  # type: ignore[attr-defined]


async def state(handover: Desk, handover_id: UUID) -> str:
    return str((await handover.http.get(f"/handovers/{handover_id}")).json()["state"])


async def strays(handover: Desk) -> list[tuple[str, str]]:
    return [(stray["force"], stray["reason"]) for stray in (await handover.http.get("/strays")).json()]


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


async def test_an_acceptance_told_twice_is_said_once(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    accepts = received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND)

    await handover.hear(accepts, accepts)
    await handover.hear(accepts)

    assert [fact.TYPE for fact in await handover.told()].count("handover-accepted.v1") == 1
    assert await strays(handover) == []


async def test_a_declined_case_waits_and_a_person_offers_it_to_another_force(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceDeclined(handover_id=offer, reason=DeclineReason.NOT_IN_OUR_AREA), TODAY, CLEVELAND))

    waiting = (await handover.http.get("/cases", params={"state": "waiting"})).json()
    handover.clock.hear(noon(TODAY))
    decision = {"force": KENT, "decided_by": "officer 4711"}
    first = await handover.http.put(f"/cases/{RECORD}/offer", json=decision)
    again = await handover.http.put(f"/cases/{RECORD}/offer", json=decision)

    assert [case["record_id"] for case in waiting] == [str(RECORD)]
    assert (first.status_code, first.json()["force"], first.json()["state"], first.json()["landing_day"]) == (
        200,
        KENT,
        "offered",
        "2021-06-10",
    )
    assert again.json() == first.json()
    assert [(envelope.type, envelope.version) for envelope in await handover.said()][-3:] == [
        ("handover-declined.v1", 2),
        ("handover-offered.v1", 3),
        ("handover-notice.v1", 1),
    ]


async def test_who_decided_is_kept_but_never_told(handover: Desk) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answer = await handover.http.put(f"/cases/{RECORD}/offer", json={"force": KENT, "decided_by": "officer 4711"})

    assert await handover.pool.fetchval("select decided_by from handover") == "officer 4711"
    assert "4711" not in answer.text
    assert all(b"4711" not in row["payload"] for row in await handover.pool.fetch("select payload from said"))


async def test_a_case_that_was_offered_elsewhere_is_refused_with_the_reason(handover: Desk) -> None:
    await offered(handover, RECORD)

    answer = await handover.http.put(f"/cases/{RECORD}/offer", json={"force": KENT, "decided_by": "officer 4711"})

    assert answer.status_code == 409
    assert "wait until it declines" in answer.json()["detail"]


async def test_a_force_that_does_not_exist_is_refused_and_no_other_is_asked(handover: Desk) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answers = [
        await handover.http.put(f"/cases/{RECORD}/offer", json={"force": force, "decided_by": "officer 4711"})
        for force in ("clevland", "Cleveland", "", "british-transport-police")
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert "clevland" not in answers[0].text
    assert await handover.said() == []


async def test_what_handover_does_not_know_is_not_found(handover: Desk) -> None:
    nobody = UUID(int=77)
    decision = {"force": KENT, "decided_by": "officer 4711"}

    answers = [
        await handover.http.get(f"/handovers/{nobody}"),
        await handover.http.get(f"/cases/{nobody}"),
        await handover.http.put(f"/cases/{nobody}/offer", json=decision),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_the_next_landing_comes_first_in_a_persons_work(handover: Desk) -> None:
    later, sooner = travel(RECORDS[0], None), travel(RECORDS[1], None).model_copy(update={"landing_day": date(2021, 6, 2)})

    await handover.hear(*(received(fact, TODAY) for fact in (created(RECORDS[0]), created(RECORDS[1]), later, sooner)))

    waiting = (await handover.http.get("/cases", params={"state": "waiting"})).json()
    assert [case["record_id"] for case in waiting] == [str(RECORDS[1]), str(RECORDS[0])]


async def test_a_closed_record_withdraws_its_offer_and_a_late_answer_counts_no_more(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)

    await handover.hear(received(RecordClosed(record_id=RECORD, reason=CloseReason.DIED), TODAY))
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    await handover.end(LANDING)

    assert (await handover.told())[-1].TYPE == "handover-withdrawn.v1"
    assert await strays(handover) == [(CLEVELAND, "withdrawn")]
    assert (await handover.http.get(f"/cases/{RECORD}")).json()["state"] == "closed"


async def test_once_a_force_manages_a_closure_withdraws_nothing(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    await handover.end(LANDING)

    await handover.hear(received(RecordClosed(record_id=RECORD, reason=CloseReason.DIED), LANDING))

    assert await state(handover, offer) == "effective"
    assert (await handover.told())[-1].TYPE == "handover-effective.v1"


async def test_all_that_is_due_takes_effect_in_one_firing(handover: Desk) -> None:
    offers = await offered(handover, *RECORDS)
    await handover.hear(*(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND) for offer in offers))

    await handover.end(LANDING)

    assert [fact.record_id for fact in await handover.told() if isinstance(fact, HandoverEffective)] == RECORDS


async def test_two_processes_that_fire_at_once_make_each_handover_effective_once(handover: Desk) -> None:
    offers = await offered(handover, *RECORDS)
    await handover.hear(*(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND) for offer in offers))

    async with handover.pool.acquire() as one, handover.pool.acquire() as other, one.transaction(), other.transaction():
        await asyncio.gather(worker.fire(Occasion(noon(LANDING)), one), worker.fire(Occasion(noon(LANDING)), other))

    assert sorted(fact.record_id for fact in await handover.told() if isinstance(fact, HandoverEffective)) == RECORDS


async def test_a_closure_and_an_answer_at_once_are_decided_one_after_the_other(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    closes = received(RecordClosed(record_id=RECORD, reason=CloseReason.DIED), TODAY)
    accepts = received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND)

    await asyncio.gather(handover.hear(closes), handover.hear(accepts))

    said = [envelope for envelope in await handover.said() if envelope.subject == str(RECORD)]
    assert [envelope.version for envelope in said] == list(range(1, len(said) + 1))
    assert said[-1].type == "handover-withdrawn.v1"
    assert await state(handover, offer) == "withdrawn"


async def test_two_people_who_offer_one_case_at_once_ask_one_force(handover: Desk) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answers = await asyncio.gather(
        *(handover.http.put(f"/cases/{RECORD}/offer", json={"force": force, "decided_by": "officer"}) for force in (CLEVELAND, KENT))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [fact.TYPE for fact in await handover.told()] == ["handover-offered.v1", "handover-notice.v1"]


async def test_nobody_asks_without_the_token(handover: Desk) -> None:
    answer = await handover.http.get("/cases", params={"state": "waiting"}, headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401
