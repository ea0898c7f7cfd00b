"""Checks as they are kept: opened by a batch, sent when a day ends, asked over HTTP."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from chassis.occasion import Occasion
from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import CloseReason, Cohort
from contracts.limits import LARGEST_VERSION
from contracts.records import RecordClosed, RecordCreated
from services.intel import worker
from tests.furniture import Desk, noon, received

MONDAY, DUE = date(2021, 5, 3), date(2021, 5, 12)
RECORDS = [UUID(int=number) for number in range(1, 8)]


def created(record_id: UUID, cohort: Cohort = Cohort.UKSO) -> RecordCreated:
    return RecordCreated(record_id=record_id, cohort=cohort)


async def test_every_record_of_a_batch_is_asked_about_once(intel: Desk) -> None:
    batch = [received(created(record_id), MONDAY) for record_id in (*RECORDS, *RECORDS)]

    await intel.hear(*batch)
    await intel.hear(*batch)

    opened = await intel.said()
    assert [envelope.data.record_id for envelope in opened] == RECORDS
    assert {(type(envelope.data), envelope.version, envelope.time.date()) for envelope in opened} == {(IntelCheckOpened, 1, MONDAY)}


async def test_a_report_is_sent_when_its_due_day_ends_and_not_before(intel: Desk) -> None:
    await intel.hear(received(created(RECORDS[0]), MONDAY))

    await intel.end(date(2021, 5, 11))
    before = len(await intel.told())
    await intel.end(DUE)
    await intel.end(DUE)

    opened, sent = await intel.said()
    assert before == 1
    assert sent.data == IntelReportSent(record_id=RECORDS[0], check_id=opened.data.check_id, opened_day=MONDAY)
    assert (sent.version, sent.time.date()) == (2, DUE)


async def test_all_that_is_due_is_sent_in_one_firing_however_much_it_is(intel: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ROUND", 2)
    await intel.hear(*(received(created(record_id), MONDAY) for record_id in RECORDS))

    await intel.end(DUE)

    sent = [fact for fact in await intel.told() if isinstance(fact, IntelReportSent)]
    assert sorted(fact.record_id for fact in sent) == RECORDS


async def test_a_report_that_cannot_be_sent_keeps_no_other_from_it(intel: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ROUND", 2)
    await intel.hear(*(received(created(record_id), MONDAY) for record_id in RECORDS))
    await intel.pool.execute("update said set version = $2 where subject = $1", str(RECORDS[0]), LARGEST_VERSION)

    await intel.end(DUE)
    await intel.end(DUE)

    left = await intel.pool.fetch("select record_id from intel_check where sent_day is null")
    sent = await intel.pool.fetch("select subject from said where version = 2 order by subject")
    assert [row["record_id"] for row in left] == RECORDS[:1]
    assert [row["subject"] for row in sent] == [str(each) for each in RECORDS[1:]]


async def test_two_processes_that_fire_at_once_send_each_report_once(intel: Desk) -> None:
    await intel.hear(*(received(created(record_id), MONDAY) for record_id in RECORDS))

    async with intel.pool.acquire() as one, intel.pool.acquire() as other, one.transaction(), other.transaction():
        await asyncio.gather(*(worker.fire(Occasion(noon(DUE)), DUE, each) for each in (one, other)))

    sent = [fact for fact in await intel.told() if isinstance(fact, IntelReportSent)]
    assert sorted(fact.record_id for fact in sent) == RECORDS


async def test_a_closed_record_still_gets_its_report(intel: Desk) -> None:
    await intel.hear(received(created(RECORDS[0]), MONDAY), received(RecordClosed(record_id=RECORDS[0], reason=CloseReason.DIED), MONDAY))

    await intel.end(DUE)

    assert [fact.TYPE for fact in await intel.told()] == ["intel-check-opened.v1", "intel-report-sent.v1"]


async def test_what_was_opened_is_undone_with_its_batch(intel: Desk) -> None:
    async def fail() -> None:
        async with intel.pool.acquire() as tx, tx.transaction():
            await intel.room.families["records"]([received(created(RECORDS[0]), MONDAY)], tx)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await fail()

    assert await intel.said() == []
    assert (await intel.http.get(f"/checks/{RECORDS[0]}")).status_code == 404


async def test_a_person_sees_where_a_check_stands(intel: Desk) -> None:
    await intel.hear(received(created(RECORDS[0]), MONDAY))

    while_open = (await intel.http.get(f"/checks/{RECORDS[0]}")).json()
    await intel.end(DUE)
    answered = (await intel.http.get(f"/checks/{RECORDS[0]}")).json()

    (check,) = while_open["checks"]
    assert (check["state"], check["opened_day"], check["due_day"], check["sent_day"]) == ("open", "2021-05-03", "2021-05-12", None)
    assert answered["checks"] == [{**check, "state": "sent", "sent_day": "2021-05-12"}]


async def test_a_record_without_checks_is_not_found(intel: Desk) -> None:
    answer = await intel.http.get(f"/checks/{RECORDS[0]}")

    assert answer.status_code == 404
    assert answer.json()["title"] == "No checks"


async def test_nobody_asks_without_the_token(intel: Desk) -> None:
    answer = await intel.http.get(f"/checks/{RECORDS[0]}", headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401
