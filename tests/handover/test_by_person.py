"""What a person sees and decides over HTTP."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from contracts.codes import DeclineReason
from contracts.handover_replies import ForceDeclined
from tests.furniture import Desk, noon, received
from tests.handover.told import CLEVELAND, KENT, RECORD, RECORDS, TODAY, created, offered, travel


async def test_a_declined_case_waits_and_a_person_offers_it_to_another_force(handover: Desk) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceDeclined(handover_id=offer, reason=DeclineReason.NOT_IN_OUR_AREA), TODAY, CLEVELAND))

    waiting = (await handover.http.get("/cases", params={"state": "waiting"})).json()
    handover.clock.hear(noon(TODAY))
    decision = {"force": KENT, "decided_by": "ACRO-4711"}
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

    answer = await handover.http.put(f"/cases/{RECORD}/offer", json={"force": KENT, "decided_by": "ACRO-4711"})

    assert await handover.pool.fetchval("select decided_by from handover") == "ACRO-4711"
    assert "4711" not in answer.text
    assert all(b"4711" not in row["payload"] for row in await handover.pool.fetch("select payload from said"))


async def test_a_case_that_was_offered_elsewhere_is_refused_with_the_reason(handover: Desk) -> None:
    await offered(handover, RECORD)

    answer = await handover.http.put(f"/cases/{RECORD}/offer", json={"force": KENT, "decided_by": "ACRO-4711"})

    assert answer.status_code == 409
    assert "wait until it declines" in answer.json()["detail"]


async def test_a_force_that_does_not_exist_is_refused_and_no_other_is_asked(handover: Desk) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answers = [
        await handover.http.put(f"/cases/{RECORD}/offer", json={"force": force, "decided_by": "ACRO-4711"})
        for force in ("clevland", "Cleveland", "", "british-transport-police")
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert "clevland" not in answers[0].text
    assert await handover.said() == []


@pytest.mark.parametrize(
    "decided_by",
    ["Zynba Xample", "ACRO-1\x00", "ACRO-1\n", "", "4" * 41],
    ids=["a name", "what no table can keep", "a line more", "nobody", "a novel"],
)
async def test_an_offer_that_no_staff_number_stands_for_is_refused_and_nobody_is_asked(handover: Desk, decided_by: str) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answer = await handover.http.put(f"/cases/{RECORD}/offer", json={"force": KENT, "decided_by": decided_by})

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["where"] for error in answer.json()["errors"]] == ["body.decided_by"]
    assert await handover.said() == []


async def test_what_handover_does_not_know_is_not_found(handover: Desk) -> None:
    nobody = UUID(int=77)
    decision = {"force": KENT, "decided_by": "ACRO-4711"}

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


async def test_two_people_who_offer_one_case_at_once_ask_one_force(handover: Desk) -> None:
    await handover.hear(received(created(), TODAY), received(travel(force=None), TODAY))

    answers = await asyncio.gather(
        *(handover.http.put(f"/cases/{RECORD}/offer", json={"force": force, "decided_by": "ACRO-1"}) for force in (CLEVELAND, KENT))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [fact.TYPE for fact in await handover.told()] == ["handover-offered.v1", "handover-notice.v1"]


async def test_nobody_asks_without_the_token(handover: Desk) -> None:
    answer = await handover.http.get("/cases", params={"state": "waiting"}, headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401
