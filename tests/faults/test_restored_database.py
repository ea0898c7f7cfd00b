"""A database restored from a backup that is older than Kafka: the service hears itself first, and nothing is lost or told twice."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.clock import LiveClock
from chassis.database import Transaction, open_pool
from chassis.footing import WentBackError
from chassis.hearing import FOREIGN, OlderDatabaseError
from chassis.not_yet import CannotRecallError
from chassis.occasion import Batch
from chassis.ordering import Wish, order
from contracts.catalogue import BY_NAME
from contracts.codes import Channel, CloseReason, Cohort, DeclineReason, Sender
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.handovers import HandoverEffective
from contracts.records import RecordClosed, RecordCreated, TravelExpected
from contracts.wire import decode
from landfall.replay import accept
from services.handover.app import room as handover_room
from services.intel.app import room as intel_room
from services.records.app import room as records_room
from tests.builders import a_conviction, a_notification, a_person, a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.house import TOKEN, House, Running
from tests.chassis.ordering import operator
from tests.chassis.relaying import check_opened, say_all
from tests.chassis.tellings import created, envelope
from tests.faults.outsiders import has_heard, restored_as_it_was, standing, tell, told_on_topics
from tests.keys import KEYS
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

TODAY = datetime.now(UTC).date()
FUTURE = TODAY + timedelta(days=30)
WHO = ("ACRO-1", "a release that can bear them is installed")
STRANGERS = {
    "no telling": b"garbage",
    "no more than an id": b'{"id": "00000000-0000-4000-8000-000000000001"}',
    "a neighbour's telling of a type of ours": created(uuid4()).to_bytes().replace(b"record-created.v1", b"check-opened.v1"),
    "a fact on another topic than its own": created(uuid4()).to_bytes(),
    "a telling without a number, where all are numbered": b'{"id": "00000000-0000-4000-8000-000000000001", "source": "/intel"}',
}
IN_DOUBT = a_conviction(categories=["1003 00"])


def _of(number: int, reference: str = "", **more: Any) -> Any:
    person = a_person(surname=f"Zynba{number}", identifiers=numbers(passport=f"SYN{number:07}"))
    return a_notification(reference or f"SYN-{number:06}", person=person, **more)


async def _ask(running: Running, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        answer = await http.request(method, path, json=body, params=query)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _record_of(running: Running, reference: str) -> UUID:
    return UUID((await _ask(running, "GET", "/records", channel="uk-cris", reference=reference))["record_id"])


async def _settle(running: Running, reference: str, **decision: str) -> None:
    found = await _ask(running, "GET", "/notifications", channel="uk-cris", reference=reference)
    await _ask(running, "PUT", f"/notifications/{found['notification_id']}/decision", {"decided_by": "ACRO-1", **decision})


async def test_records_recalls_what_became_of_notifications_and_what_people_decided(house: FreshHouse, tmp_path: Path) -> None:
    records = await house("records")
    async with records.opened(records_room(KEYS)) as running:
        await tell(records, *[_of(number) for number in range(20)], principal=Channel.UK_CRIS)
        await tell(records, *[_of(number, conviction=IN_DOUBT) for number in range(20, 24)], principal=Channel.UK_CRIS)
        await has_heard(records, 24)
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        heard = 24 + await _after_the_backup(records, running)
        await has_heard(records, heard)

    await restored_as_it_was(records, records_room(KEYS), backup)

    before = await _states(records)
    async with records.opened(records_room(KEYS)):
        await tell(records, _of(40, "USA-000040"), _of(99), principal=Channel.USA)
        await has_heard(records, heard + 2)
    assert await _states(records) - before == {"duplicated": 1, "accepted": 1}


async def _after_the_backup(records: House, running: Running) -> int:
    """All kinds of things happen; how many messages told of them."""
    await tell(records, *[_of(number) for number in range(40, 50)], principal=Channel.UK_CRIS)
    await tell(records, *[_of(number, f"USA-{number:06}") for number in range(5)], principal=Channel.USA)
    await tell(records, *[_of(number, receiving_state="LU") for number in range(50, 55)], principal=Channel.NORWAY)
    await tell(records, _of(60, "INT-000060", conviction=IN_DOUBT), principal=Channel.INTERPOL)
    further = a_conviction(country="DE", decided_on=date(2019, 2, 1))
    await tell(records, *[_of(number, f"NO-{number:06}", conviction=further) for number in (3, 41)], principal=Channel.NORWAY)
    await tell(records, _of(40), principal=Channel.UK_CRIS)
    await records.tell_raw(b'{"not": json', topic="notifications.uk-cris.v1")
    await has_heard(records, 24 + 10 + 5 + 5 + 1 + 2 + 1 + 1)
    await _settle(running, "SYN-000020", decision="accept")
    await _settle(running, "SYN-000021", decision="refuse", reason="equivalence-not-found")
    await _ask(
        running, "PUT", f"/records/{await _record_of(running, 'SYN-000042')}/closure", {"reason": CloseReason.DIED, "decided_by": "ACRO-1"}
    )
    notice = a_travel_notice(identifiers=numbers(passport="SYN0000043"))
    nobody = a_travel_notice("SYN-T-0002", identifiers=numbers(passport="SYN7777777"))
    await tell(records, notice, nobody, principal=Sender.BORDER_FORCE)
    effective = HandoverEffective(
        record_id=await _record_of(running, "SYN-000043"), handover_id=uuid4(), force="cleveland", effective_day=TODAY
    )
    await tell(records, effective, version=1)
    return 25 + 2 + 1


async def _states(records: House) -> Counter[str]:
    return Counter(row[5] for row in (await standing(records))["notification"])


async def test_handover_recalls_what_forces_and_people_answered_and_what_took_effect(
    house: FreshHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handover, people = await house("handover"), [uuid4() for _ in range(8)]
    async with handover.opened(handover_room(KEYS)) as running:
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people], version=1)
        await tell(handover, *[_landing(each, "cleveland") for each in people[:2]], version=2)
        await has_heard(handover, 10)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        await _answers_after_the_backup(handover, running, people)
        monkeypatch.setattr(LiveClock, "now", lambda _: datetime.now(UTC) + timedelta(days=1))
        await _takes_effect(handover)

    await restored_as_it_was(handover, handover_room(KEYS), backup)

    states = Counter(row[3] for row in (await standing(handover))["handover"])
    assert states == {"effective": 1, "declined": 1, "offered": 2, "accepted": 1, "withdrawn": 1}


def _landing(record_id: UUID, force: str | None, day: date = FUTURE) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=day, force=force)


async def _answers_after_the_backup(handover: House, running: Running, people: list[UUID]) -> None:
    late = uuid4()
    await tell(handover, _landing(people[2], "cleveland", TODAY), *[_landing(each, None) for each in people[3:5]], version=2)
    await tell(handover, RecordCreated(record_id=late, cohort=Cohort.FNSO), version=1)
    await tell(handover, *[_landing(each, "cleveland") for each in (people[5], late)], version=2)
    await has_heard(handover, 16)
    await _ask(running, "PUT", f"/cases/{people[3]}/offer", {"force": "cleveland", "decided_by": "ACRO-1"})
    offers = {row[1]: row[0] for row in (await standing(handover))["handover"]}
    await tell(handover, *[ForceAccepted(handover_id=offers[each]) for each in (people[0], people[2])], principal="cleveland")
    declined = ForceDeclined(handover_id=offers[people[1]], reason=DeclineReason.NOT_IN_OUR_AREA)
    await tell(handover, declined, principal="cleveland")
    await tell(handover, RecordClosed(record_id=people[5], reason=CloseReason.DIED), version=3)
    await tell(handover, _landing(people[3], "cleveland", FUTURE + timedelta(days=3)), version=3)
    await has_heard(handover, 21)


async def _takes_effect(handover: House) -> None:
    async def it_did() -> bool:
        return any(row[3] == "effective" for row in (await standing(handover))["handover"])

    await until(it_did, "what was due took effect once its day was over")
    await has_heard(handover, 21)


async def test_handover_recalls_what_a_force_was_told_again(house: FreshHouse, tmp_path: Path) -> None:
    handover, people = await house("handover"), [uuid4() for _ in range(4)]
    async with handover.opened(handover_room(KEYS)) as running:
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people], version=1)
        await tell(handover, *[_landing(each, "cleveland") for each in people[:3]], version=2)
        await tell(handover, RecordClosed(record_id=people[2], reason=CloseReason.DIED), version=3)
        await has_heard(handover, 8)
        backup = await back_up(handover.superuser_url, tmp_path / "backup")
        await tell(handover, _landing(people[3], "cleveland"), version=2)
        await has_heard(handover, 9)
        retold = await _tell_cleveland_again(running)
        await tell(handover, _landing(people[0], "cleveland", FUTURE + timedelta(days=3)), version=3)
        await tell(handover, RecordClosed(record_id=people[1], reason=CloseReason.DIED), version=3)
        await has_heard(handover, 11)
        once_more = await _tell_cleveland_again(running)
        await has_heard(handover, 11)

    await restored_as_it_was(handover, handover_room(KEYS), backup)

    assert (retold, once_more) == ((3, 1), (2, 2))


async def _tell_cleveland_again(running: Running) -> tuple[int, int]:
    answer = await _ask(running, "POST", "/forces/cleveland/notices", {"asked_by": "ACRO-1", "reason": "a backup was restored"})
    return answer["notices"], answer["withdrawals"]


async def test_intel_recalls_the_checks_it_had_opened(house: FreshHouse, tmp_path: Path) -> None:
    intel, people = await house("intel"), [uuid4() for _ in range(30)]
    async with intel.opened(intel_room()):
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people[:10]], version=1)
        await has_heard(intel, 10)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people[10:]], version=1)
        await has_heard(intel, 30)

    await restored_as_it_was(intel, intel_room(), backup)


async def test_what_another_release_told_is_recalled_byte_for_byte(house: FreshHouse) -> None:
    intel, record = await house("intel"), uuid4()
    (cause,) = await intel.tell(created(record))
    told = envelope(check_opened(record), version=1, told_at=datetime.now(UTC)).model_copy(update={"causationid": cause})
    value = told.to_bytes().replace(b'"data":{', b'"data": {"desk":"north", "nothing":null, ')
    await intel.tell_raw(value, key=told.subject.encode(), topic="checks.v1")

    async with intel.opened(intel_room()) as running:
        await has_heard(intel, 1)
        await until(running.ready, "it is ready")

    kept = await intel.owner.fetchrow("select payload, content_hash from said")
    assert tuple(kept or ()) == (value, decode(BY_NAME["checks.v1"], value).content_hash)
    assert await intel.values_on("checks.v1") == [value]


async def test_a_database_restored_under_a_running_service_ends_it(house: FreshHouse, tmp_path: Path) -> None:
    intel = await house("intel")
    with pytest.raises((WentBackError, OlderDatabaseError)):
        await _restore_while_it_runs(intel, tmp_path / "backup")
    assert len((await told_on_topics(intel))["checks.v1"]) == 20


async def _restore_while_it_runs(intel: House, to: Path) -> None:
    people = [uuid4() for _ in range(20)]
    async with intel.opened(intel_room()) as running:
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people[:10]], version=1)
        await has_heard(intel, 10)
        backup = await back_up(intel.superuser_url, to)
        await tell(intel, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people[10:]], version=1)
        await has_heard(intel, 20)
        await restore(intel.superuser_url, "intel", backup)
        await until(running.task.done, "it has ended by itself")


async def test_what_was_told_otherwise_since_a_restore_is_refused(house: FreshHouse, tmp_path: Path) -> None:
    intel, one, other = await house("intel"), uuid4(), uuid4()
    async with intel.opened(intel_room()):
        await tell(intel, RecordCreated(record_id=other, cohort=Cohort.FNSO), version=1)
        await has_heard(intel, 1)
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await tell(intel, RecordCreated(record_id=one, cohort=Cohort.FNSO), version=1)
        await has_heard(intel, 2)
    await restore(intel.superuser_url, "intel", backup)
    async with open_pool(intel.settings(), "test") as pool:
        await say_all(pool, check_opened(one))

    with pytest.raises(CannotRecallError, match="restore it again"):
        async with intel.opened(intel_room()) as running:
            await until(running.task.done, "it refuses to start")


async def test_what_was_held_before_the_backup_and_redriven_after_it_is_recalled(house: FreshHouse, tmp_path: Path) -> None:
    records = await house("records")
    room = records_room(KEYS)
    unbearable = replace(room, families={**room.families, "notifications": _cannot_bear})
    async with records.opened(unbearable):
        await tell(records, _of(1), _of(2), principal=Channel.UK_CRIS)
        await has_heard(records, 2)
    backup = await back_up(records.superuser_url, tmp_path / "backup")
    async with records.opened(room):
        await order(records.owner, [row["held_id"] for row in await records.owner.fetch("select held_id from held")], Wish.REDRIVE, *WHO)
        await until(lambda: _holds_nothing(records), "both are taken up")
        await has_heard(records, 2)

    await restored_as_it_was(records, room, backup)

    assert await _states(records) == {"accepted": 2}


async def _cannot_bear(_batch: Batch, _tx: Transaction) -> None:
    message = "a release that cannot bear notifications"
    raise ValueError(message)


async def _holds_nothing(records: House) -> bool:
    return (await standing(records))["held"] == []


async def test_garbage_of_many_days_heard_again_at_once_stops_nothing(house: FreshHouse, tmp_path: Path) -> None:
    records, limit = await house("records"), 5
    async with records.opened(records_room(KEYS), channel_stop_after=1000):
        await tell(records, _of(1), principal=Channel.UK_CRIS)
        await has_heard(records, 1)
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        for _ in range(2 * limit):
            await records.tell_raw(b"garbage", key=b"SYN-000001", topic="notifications.uk-cris.v1")
        await tell(records, *[_of(number) for number in range(2, 20)], principal=Channel.UK_CRIS)
        await has_heard(records, 1 + 2 * limit + 18)

    await restore(records.superuser_url, records.name, backup)
    async with records.opened(records_room(KEYS), channel_stop_after=limit) as running:
        await until(running.ready, "it is ready")
    assert await _states(records) == {"accepted": 19}


@pytest.mark.parametrize("value", STRANGERS.values(), ids=STRANGERS)
async def test_what_this_service_cannot_have_told_halts_its_topic_and_not_the_service(house: FreshHouse, value: bytes) -> None:
    intel = await house("intel")
    await intel.tell_raw(value, topic="checks.v1")

    async with intel.opened(intel_room()) as running:
        await running.says(FOREIGN)
        await intel.tell(created(uuid4()))
        await until(lambda: intel.fetchval("select exists (select from outbox)"), "it goes on deciding")


@pytest.mark.parametrize("topic", ["checks.v1", "discards.intel.v1"])
async def test_what_is_told_in_this_services_name_keeps_it_from_starting_until_somebody_has_looked(house: FreshHouse, topic: str) -> None:
    intel = await house("intel")
    await intel.tell_raw(_of_a_newer_release(), topic=topic)

    with pytest.raises(CannotRecallError, match="start the release that told it"):
        async with intel.opened(intel_room()) as running:
            await asyncio.wait([running.task])

    await accept(operator(intel), topic, by=WHO[0], reason="no release of ours told it")
    async with intel.opened(intel_room()) as running:
        await until(running.ready, "it is ready")


def _of_a_newer_release() -> bytes:
    told = {"source": "/intel", "type": "check-questioned.v1", "subject": str(uuid4()), "version": 1}
    return json.dumps({"specversion": "1.0", "id": str(uuid4())} | told).encode()
