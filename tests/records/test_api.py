"""What a person does with records over HTTP."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.codes import Channel, ReferralReason, RefusalReason, Sender
from contracts.decisions import NotificationAccepted, NotificationReferred, NotificationRefused
from contracts.handovers import HandoverEffective
from contracts.notifications import NotificationReceived
from contracts.records import RecordAmended, RecordClosed, RecordCreated
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, a_travel_notice, numbers
from tests.furniture import Desk, received

UNKNOWN = "00000000-0000-7000-8000-000000000000"
DOUBTFUL = a_conviction(categories=["1004 00"])
ACCEPT = {"decision": "accept", "decided_by": "ACRO-1"}
REFUSE = {"decision": "refuse", "reason": "equivalence-not-found", "decided_by": "ACRO-1"}


async def _tell(records: Desk, *notifications: NotificationReceived) -> None:
    await records.hear(*(received(each, TOLD_ON, Channel.UK_CRIS) for each in notifications))


async def _standing(records: Desk, what: str, reference: str = "SYN-000001") -> dict[str, Any]:
    answer = await records.http.get(f"/{what}", params={"channel": "uk-cris", "reference": reference})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def _decide(records: Desk, decision: dict[str, Any], reference: str = "SYN-000001") -> httpx.Response:
    notification = await _standing(records, "notifications", reference)
    return await records.http.put(f"/notifications/{notification['notification_id']}/decision", json=decision)


async def _close(records: Desk, reason: str = "died") -> httpx.Response:
    record = await _standing(records, "records")
    return await records.http.put(f"/records/{record['record_id']}/closure", json={"reason": reason, "decided_by": "ACRO-1"})


async def test_a_channels_reference_tells_where_a_notification_and_its_record_stand(records: Desk) -> None:
    await _tell(records, a_notification())

    notification, record = await _standing(records, "notifications"), await _standing(records, "records")

    assert (notification["state"], notification["reason"]) == ("accepted", None)
    assert record == {"record_id": notification["record_id"], "state": "managed", "cohort": "ukso", "force": None}
    assert (await records.http.get(f"/records/{record['record_id']}")).json() == record


async def test_the_latest_of_several_tellings_is_shown(records: Desk) -> None:
    await _tell(records, a_notification(receiving_state="LU"), a_notification())

    assert (await _standing(records, "notifications"))["reason"] == ReferralReason.CONTRADICTS_EARLIER_TELLING


@pytest.mark.parametrize("path", ["notifications", "records"])
async def test_what_is_not_known_is_not_found(records: Desk, path: str) -> None:
    answer = await records.http.get(f"/{path}", params={"channel": "usa", "reference": "SYN-000001"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "SYN-000001" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/notifications?channel=usa&reference=1"), ("GET", "/records?channel=usa&reference=1"), ("GET", f"/records/{UNKNOWN}"),
        ("PUT", f"/records/{UNKNOWN}/closure"), ("PUT", f"/notifications/{UNKNOWN}/decision"), ("GET", "/travel-notices?state=referred"),
    ],
)  # fmt: skip
async def test_nobody_without_the_token_is_answered(records: Desk, method: str, path: str) -> None:
    answer = await records.http.request(method, path, headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401


async def test_what_a_person_accepts_becomes_a_record(records: Desk) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))

    answer = await _decide(records, ACCEPT)

    assert answer.status_code == 200
    said = await records.said()
    assert [(type(each.data), each.version) for each in said] == [(NotificationReferred, 1), (NotificationAccepted, 2), (RecordCreated, 1)]
    assert answer.json()["record_id"] == str(said[2].data.record_id)
    assert said[1].subject == said[0].subject == answer.json()["notification_id"]
    row = dict(await records.pool.fetchrow("select * from notification") or {})
    assert (row["decided_by"], row["wrapped_key"]) == ("ACRO-1", None)


async def test_a_conviction_accepted_by_a_person_is_known_to_the_next_notice(records: Desk) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))
    await _decide(records, ACCEPT)

    await _tell(records, a_notification("SYN-2", conviction=a_conviction(country="ES")), a_notification("SYN-3"))

    told = await records.told()
    assert isinstance(told[4], RecordAmended)
    assert (await _standing(records, "notifications", "SYN-3"))["reason"] == "conviction-in-doubt"


async def test_what_a_person_refuses_keeps_no_content(records: Desk) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))

    answer = await _decide(records, REFUSE)

    assert (answer.status_code, answer.json()["state"]) == (200, "refused")
    last = (await records.told())[-1]
    assert isinstance(last, NotificationRefused)
    assert last.reason is RefusalReason.EQUIVALENCE_NOT_FOUND
    row = dict(await records.pool.fetchrow("select * from notification") or {})
    assert row["content"] is row["wrapped_key"] is None


@pytest.mark.parametrize("decision", [ACCEPT, REFUSE], ids=["accept", "refuse"])
async def test_a_decision_told_twice_is_one_decision(records: Desk, decision: dict[str, Any]) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))
    first = await _decide(records, decision)
    said = len(await records.said())

    again = await _decide(records, decision)

    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await records.said()) == said


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (ACCEPT, REFUSE),
        (REFUSE, ACCEPT),
        (REFUSE, {**REFUSE, "reason": "identity-not-established"}),
        (ACCEPT, {**ACCEPT, "record_id": UNKNOWN}),
    ],
    ids=["refuse after accept", "accept after refuse", "another reason", "another record"],
)
async def test_a_decision_is_not_changed(records: Desk, first: dict[str, Any], then: dict[str, Any]) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))
    await _decide(records, first)

    answer = await _decide(records, then)

    assert (answer.status_code, answer.json()["title"]) == (409, "Settled before")


@pytest.mark.parametrize("notification", [a_notification(), a_notification(receiving_state="LU")], ids=["accepted", "refused"])
async def test_only_what_was_referred_can_be_decided(records: Desk, notification: NotificationReceived) -> None:
    await _tell(records, notification)

    answer = await _decide(records, ACCEPT)

    assert (answer.status_code, answer.json()["title"]) == (409, "Not referred")


async def test_a_decision_about_nothing_is_not_found(records: Desk) -> None:
    answer = await records.http.put(f"/notifications/{UNKNOWN}/decision", json=ACCEPT)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "decision",
    [
        {"decision": "accept"},
        {"decision": "refuse", "decided_by": "ACRO-1"},
        {**ACCEPT, "reason": "equivalence-not-found"},
        {**REFUSE, "record_id": UNKNOWN},
        {**ACCEPT, "decided_by": "Testa Officer"},
        {**ACCEPT, "decision": "perhaps"},
        {**ACCEPT, "remark": "Testa Zynbabaceda"},
    ],
)
async def test_a_malformed_decision_is_refused_without_an_echo(records: Desk, decision: dict[str, Any]) -> None:
    answer = await records.http.put(f"/notifications/{UNKNOWN}/decision", json=decision)

    assert answer.status_code == 422
    assert "Testa" not in answer.text


OBJECTIONS = {
    "another birth date": a_person(born="1980-01-01"),
    "numbers of two records": a_person(identifiers=numbers(passport="SYN0000001", ecris="FR-SYN-2")),
}


@pytest.mark.parametrize("person", OBJECTIONS.values(), ids=OBJECTIONS.keys())
async def test_what_the_numbers_object_to_needs_the_record_named(records: Desk, person: Any) -> None:
    await _tell(
        records, a_notification(), a_notification("SYN-2", person=a_person(surname="Zynother", identifiers=numbers(ecris="FR-SYN-2")))
    )
    await _tell(records, a_notification("SYN-3", person=person, conviction=a_conviction(country="ES")))
    record = await _standing(records, "records")

    objected = await _decide(records, ACCEPT, "SYN-3")
    taken = await _decide(records, {**ACCEPT, "record_id": record["record_id"]}, "SYN-3")

    assert objected.status_code == 409
    assert "record_id" in objected.json()["detail"]
    assert (taken.status_code, taken.json()["record_id"]) == (200, record["record_id"])
    assert (await records.told())[-1] == RecordAmended(record_id=UUID(record["record_id"]))


async def test_a_record_that_is_not_here_cannot_be_named(records: Desk) -> None:
    await _tell(records, a_notification(conviction=DOUBTFUL))

    answer = await _decide(records, {**ACCEPT, "record_id": UNKNOWN})

    assert (answer.status_code, answer.json()["title"]) == (409, "No such record")


async def test_news_of_a_closed_record_can_only_be_refused(records: Desk) -> None:
    await _tell(records, a_notification())
    await _close(records)
    await _tell(records, a_notification("SYN-2", conviction=a_conviction(country="ES")))

    answer = await _decide(records, ACCEPT, "SYN-2")

    assert (answer.status_code, answer.json()["title"]) == (409, f"Cannot be accepted: {ReferralReason.RECORD_NOT_WITH_ACRO}")


async def test_a_record_is_closed_once_however_often_it_is_told(records: Desk) -> None:
    await _tell(records, a_notification())

    answers = [await _close(records), await _close(records)]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert [type(fact) for fact in await records.told()].count(RecordClosed) == 1
    assert (await _standing(records, "records"))["state"] == "closed"
    assert (await records.pool.fetchval("select closed_by from record")) == "ACRO-1"


async def test_a_closure_is_not_changed(records: Desk) -> None:
    await _tell(records, a_notification())
    await _close(records)

    answer = await _close(records, "left-remit")

    assert answer.status_code == 409


async def test_a_record_that_a_force_manages_is_not_closed_here(records: Desk) -> None:
    await _tell(records, a_notification())
    record = await _standing(records, "records")
    effective = HandoverEffective(record_id=UUID(record["record_id"]), handover_id=uuid4(), force="cleveland", effective_day=TOLD_ON)
    await records.hear(received(effective, TOLD_ON))

    answer = await _close(records)

    assert answer.status_code == 409
    assert (await _standing(records, "records")) == {**record, "state": "transferred", "force": "cleveland"}


async def test_a_closure_of_nothing_is_not_found(records: Desk) -> None:
    answer = await records.http.put(f"/records/{UNKNOWN}/closure", json={"reason": "died", "decided_by": "ACRO-1"})

    assert answer.status_code == 404


async def test_who_lands_next_is_shown_first(records: Desk) -> None:
    strangers = numbers(passport="SYN9")
    landings = {"T-1": (9, 14), "T-2": (2, 8), "T-3": (9, 6)}
    notices = [
        a_travel_notice(reference, identifiers=strangers, landing_at=datetime(2021, 7, day, hour, tzinfo=UTC))
        for reference, (day, hour) in landings.items()
    ]
    await records.hear(*(received(each, TOLD_ON, Sender.CONSULAR) for each in notices))

    answer = await records.http.get("/travel-notices", params={"state": "referred"})

    waiting = answer.json()
    assert [each["landing_at"] for each in waiting] == ["2021-07-02T08:00:00Z", "2021-07-09T06:00:00Z", "2021-07-09T14:00:00Z"]
    assert {(each["sender"], each["reason"], each["destination_force"]) for each in waiting} == {("consular", "nobody-known", "cleveland")}
    assert "SYN9" not in answer.text
