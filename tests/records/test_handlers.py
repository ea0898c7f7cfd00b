"""What records does about a batch, on a real database: load, decide, save, say."""

from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.ids import uuid7
from contracts.codes import Channel, HoldReason, ReferralReason, RefusalReason, Sender
from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationHeld, NotificationReferred, NotificationRefused
from contracts.handovers import HandoverEffective, HandoverOffered
from contracts.notifications import NotificationReceived
from contracts.records import RecordAmended, RecordCreated, RecordTransferred, TravelExpected
from services.records.handlers import on_held
from services.records.record_decision import ImpossibleHandoverError
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, a_travel_notice, numbers
from tests.furniture import Desk, received, set_aside

ANOTHER_CONVICTION = a_conviction(decided_on=date(2021, 3, 1), final_on=date(2021, 4, 1))


async def _tell(records: Desk, *notifications: NotificationReceived, channel: Channel = Channel.UK_CRIS) -> None:
    await records.hear(*(received(each, TOLD_ON, channel) for each in notifications))


async def _only_record(records: Desk) -> UUID:
    rows = await records.pool.fetch("select record_id from record")
    assert len(rows) == 1
    found: UUID = rows[0]["record_id"]
    return found


async def test_a_batch_ends_as_one_decision_for_each_telling(records: Desk) -> None:
    refused = a_notification("SYN-2", receiving_state="LU")
    referred = a_notification("SYN-3", conviction=a_conviction(categories=["1004 00"]))

    await _tell(records, a_notification(), refused, referred, a_notification())

    told = await records.told()
    kinds = [type(fact) for fact in told]
    assert kinds == [NotificationAccepted, RecordCreated, NotificationRefused, NotificationReferred, NotificationDuplicated]
    assert cast("NotificationRefused", told[2]).reason is RefusalReason.ADDRESSED_TO_ANOTHER_STATE
    assert cast("NotificationReferred", told[3]).reason is ReferralReason.EQUIVALENCE_IN_DOUBT


async def test_two_notices_about_one_person_in_one_batch_make_one_record(records: Desk) -> None:
    await _tell(records, a_notification(), a_notification("SYN-2", conviction=ANOTHER_CONVICTION))

    told = await records.told()
    record_id = await _only_record(records)
    assert [type(fact) for fact in told] == [NotificationAccepted, RecordCreated, NotificationAccepted, RecordAmended]
    assert told[3] == RecordAmended(record_id=record_id)


async def test_what_one_batch_recorded_the_next_one_knows(records: Desk) -> None:
    await _tell(records, a_notification(person=a_person(born="1971")))
    record_id = await _only_record(records)

    fuller = a_person(born="1971-03-14", identifiers=numbers(passport="SYN0000001", interpol="SYN/7"))
    await _tell(records, a_notification("I-1", person=fuller, conviction=ANOTHER_CONVICTION), channel=Channel.INTERPOL)
    await _tell(records, a_notification("SYN-2", person=a_person(identifiers=numbers(interpol="SYN/7"))))
    await _tell(records, a_notification("SYN-3", person=a_person(born="1971-04")))
    await _tell(records, a_notification())

    amended, double, contradicted, other_content = [fact for fact in await records.told() if not isinstance(fact, NotificationAccepted)][1:]
    assert amended == RecordAmended(record_id=record_id)
    assert isinstance(double, NotificationDuplicated)
    assert isinstance(contradicted, NotificationReferred)
    assert contradicted.reason is ReferralReason.IDENTITY_CONTRADICTED
    assert isinstance(other_content, NotificationReferred)
    assert other_content.reason is ReferralReason.CONTRADICTS_EARLIER_TELLING


async def test_facts_of_a_record_are_numbered_without_a_gap(records: Desk) -> None:
    await _tell(records, a_notification())
    await _tell(records, a_notification("SYN-2", conviction=ANOTHER_CONVICTION))
    await records.hear(received(a_travel_notice(), TOLD_ON, Sender.CARRIERS))

    about = [each for each in await records.said() if each.type.startswith(("record-", "travel-"))]
    assert [(type(each.data), each.version) for each in about] == [(RecordCreated, 1), (RecordAmended, 2), (TravelExpected, 3)]


async def test_of_a_refused_notification_nothing_but_hashes_reason_and_day_is_kept(records: Desk) -> None:
    await _tell(records, a_notification(receiving_state="LU"))

    row = dict((await records.pool.fetchrow("select * from notification")) or {})
    assert (row["state"], row["reason"], row["decided_on"]) == ("refused", "addressed-to-another-state", TOLD_ON)
    assert row["content"] is row["wrapped_key"] is row["record_id"] is row["decided_by"] is None


async def test_a_number_never_comes_to_be_on_two_records(records: Desk) -> None:
    await _tell(records, a_notification())
    await _tell(records, a_notification("SYN-2", person=a_person(surname="Zynother", identifiers=numbers(ecris="FR-SYN-2"))))
    number = await records.pool.fetchval("select number_key from number order by number_key limit 1")
    other = await records.pool.fetchval("select record_id from number where number_key <> $1", number)

    with pytest.raises(asyncpg.UniqueViolationError):
        await records.pool.execute("insert into number (number_key, record_id) values ($1, $2)", number, other)


async def test_an_expected_landing_is_told_once_and_a_doubtful_one_waits(records: Desk) -> None:
    await _tell(records, a_notification())
    stranger = a_travel_notice("SYN-T-2", identifiers=numbers(passport="SYN9"))

    for _ in range(2):
        await records.hear(*(received(each, TOLD_ON, Sender.BORDER_FORCE) for each in (a_travel_notice(), stranger)))

    expected = [fact for fact in await records.told() if isinstance(fact, TravelExpected)]
    states = await records.pool.fetch("select travel_id, state, reason from travel_notice order by state")
    assert [(each["state"], each["reason"]) for each in states] == [("matched", None), ("referred", "nobody-known")]
    assert [each.travel_id for each in expected] == [states[0]["travel_id"]]


async def test_a_handover_that_takes_effect_ends_our_management(records: Desk) -> None:
    await _tell(records, a_notification())
    record_id, handover_id, day = await _only_record(records), uuid7(), date(2021, 8, 2)
    offered = HandoverOffered(record_id=record_id, handover_id=handover_id, force="cleveland", landing_day=day)
    effective = HandoverEffective(record_id=record_id, handover_id=handover_id, force="cleveland", effective_day=day)

    await records.hear(received(offered, day), received(effective, day))

    row = await records.pool.fetchrow("select state, force, effective_day, handover_id from record")
    assert tuple(row or ()) == ("transferred", "cleveland", day, handover_id)
    assert (await records.told())[-1] == RecordTransferred(
        record_id=record_id, handover_id=handover_id, force="cleveland", effective_day=day
    )


async def test_a_force_that_manages_wins_over_a_closure(records: Desk) -> None:
    await _tell(records, a_notification())
    record_id, day = await _only_record(records), date(2021, 8, 2)
    closed = await records.http.put(f"/records/{record_id}/closure", json={"reason": "died", "decided_by": "ACRO-1"})

    await records.hear(received(HandoverEffective(record_id=record_id, handover_id=uuid7(), force="kent", effective_day=day), day))

    assert closed.status_code == 200
    assert (await records.pool.fetchval("select state from record")) == "transferred"
    assert isinstance((await records.told())[-1], RecordTransferred)


async def test_a_handover_of_a_record_that_is_not_here_fails_alone(records: Desk) -> None:
    effective = HandoverEffective(record_id=uuid7(), handover_id=uuid7(), force="kent", effective_day=TOLD_ON)

    with pytest.raises(ImpossibleHandoverError):
        await records.hear(received(effective, TOLD_ON))

    assert await records.told() == []


async def test_a_notification_that_was_set_aside_is_counted(records: Desk) -> None:
    aside = [
        set_aside("notifications.usa.v1", HoldReason.MALFORMED, TOLD_ON),
        set_aside("travel-notices.carriers.v1", HoldReason.POISON, TOLD_ON),
    ]

    async with records.pool.acquire() as tx, tx.transaction():
        await on_held(aside, tx)

    (held,) = await records.told()
    assert isinstance(held, NotificationHeld)
    assert (held.channel, held.reason, held.notification_id) == (Channel.USA, HoldReason.MALFORMED, aside[0].held_id)


async def test_a_notification_that_is_set_aside_again_where_it_lay_is_counted_once(records: Desk) -> None:
    for reason in (HoldReason.MALFORMED, HoldReason.UNKNOWN_TYPE):
        async with records.pool.acquire() as tx, tx.transaction():
            await on_held([set_aside("notifications.usa.v1", reason, TOLD_ON)], tx)

    assert [each.reason for each in await records.told() if isinstance(each, NotificationHeld)] == [HoldReason.MALFORMED]


async def test_a_travel_notice_that_was_set_aside_pages_at_once_and_names_nobody(records: Desk) -> None:
    aside = [
        set_aside("notifications.usa.v1", HoldReason.MALFORMED, TOLD_ON),
        set_aside("travel-notices.carriers.v1", HoldReason.POISON, TOLD_ON),
    ]

    with capture_logs() as logged:
        async with records.pool.acquire() as tx, tx.transaction():
            await on_held(aside, tx)

    assert logged == [
        {
            "log_level": "critical", "event": "travel_notice_held", "held_id": str(aside[1].held_id),
            "topic": "travel-notices.carriers.v1", "reason": "poison",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("told_before", [False, True])
async def test_what_becomes_of_a_held_notification_is_said_under_the_id_it_was_held_by(records: Desk, told_before: bool) -> None:  # noqa: FBT001 - a parameter
    held_id, taken_up = uuid4(), received(a_notification(), TOLD_ON, Channel.UK_CRIS)
    if told_before:
        await records.hear(taken_up)

    await records.hear(replace(taken_up, held_id=held_id))

    decided = [each for each in await records.told() if isinstance(each, NotificationAccepted | NotificationDuplicated)]
    assert decided[-1].notification_id == held_id
    assert isinstance(decided[-1], NotificationDuplicated) == told_before
