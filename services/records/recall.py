"""After a restore: what this service had told of and forgotten, recorded again as it was told, with what the feeds had said."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.occasion import Received
from chassis.room import LOST
from contracts.decisions import NotificationAccepted, NotificationRefused
from contracts.fact import Fact
from contracts.records import RecordClosed, RecordTransferred, TravelExpected
from services.records import ending_store, notification_recall, notification_store, record_store, settlement_store, travel_store
from services.records.locks import lock_people
from services.records.notification_recall import UnknownRecordError, record_of
from services.records.reading import read_again, read_notification, read_travel_notice
from services.records.register import NotificationState, RecordState, Register
from services.records.travel_decision import NoticeOutcome
from trust.keys import Keys

F = TypeVar("F", bound=Fact)


async def recall(keys: Keys, cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
    """Record again what became of `cause`, or, where it is None, what a person had decided.

    Raises:
        NotYetError: the record or the referred notification that it builds on is not here yet.
    """
    told = [each.fact for each in facts]
    try:
        if cause is None:
            await _by_person(keys, facts, tx)
        elif cause.topic.family.name == "notifications":
            await _of_notification(keys, cause, told, tx)
        elif cause.topic.family.name == "travel-notices":
            await _of_travel_notice(keys, cause, told, tx)
        else:
            await _transfer(keys, told, tx)
    except UnknownRecordError as error:
        raise NotYetError from error


async def _of_notification(keys: Keys, cause: Received[Any], told: Sequence[Fact], tx: Transaction) -> None:
    each = read_notification(keys, cause)
    register = await notification_store.load(tx, keys, [each])
    await _add_record(keys, told, register, tx)
    notification_recall.fold(each, told, register)
    await notification_store.save(tx, keys, register)


async def _add_record(keys: Keys, told: Sequence[Fact], register: Register, tx: Transaction) -> None:
    """The record that was decided on, which numbers alone may not lead to."""
    named = record_of(told)
    if named is not None and named not in register.records:
        register.records |= await record_store.load_records(tx, keys, {named})


async def _of_travel_notice(keys: Keys, cause: Received[Any], told: Sequence[Fact], tx: Transaction) -> None:
    notice = read_travel_notice(keys, cause)
    register = await travel_store.load(tx, keys, [notice])
    expected = _only(TravelExpected, told)
    found = (await record_store.load_records(tx, keys, {expected.record_id})).get(expected.record_id)
    if found is None:
        raise NotYetError
    earlier = register.tellings.get(notice.reference_key, [])
    register.outcomes.append(NoticeOutcome(notice, expected.travel_id, len(earlier) + 1, found, None))
    await travel_store.save(tx, keys, register)


async def _transfer(keys: Keys, told: Sequence[Fact], tx: Transaction) -> None:
    transferred = [each for each in told if isinstance(each, RecordTransferred)]
    records = await record_store.load_records(tx, keys, {each.record_id for each in transferred})
    if len(records) < len(transferred):
        raise NotYetError
    await ending_store.save_transfers(tx, transferred)


async def _by_person(keys: Keys, facts: Sequence[Received[Any]], tx: Transaction) -> None:
    told, day = [each.fact for each in facts], facts[0].occasion.day
    for fact in told:
        match fact:
            case RecordClosed():
                record = (await record_store.load_records(tx, keys, {fact.record_id})).get(fact.record_id)
                if record is None or record.state is not RecordState.MANAGED:
                    raise NotYetError
                await ending_store.save_closure(tx, fact.record_id, fact.reason, LOST, day)
            case NotificationRefused():
                await _referred(fact.notification_id, tx)
                await settlement_store.save_refused(tx, fact.notification_id, fact.reason, LOST, day)
            case NotificationAccepted():
                await _accept(keys, fact, facts, tx)
            case _:
                if not any(isinstance(each, NotificationAccepted) for each in told):
                    raise NotYetError


async def _accept(keys: Keys, fact: NotificationAccepted, facts: Sequence[Received[Any]], tx: Transaction) -> None:
    row, day = await _referred(fact.notification_id, tx), facts[0].occasion.day
    notification, channel = settlement_store.open_content(keys, row)
    told = read_again(keys, notification, channel, day)
    await lock_people(tx, [told.identity])
    register = await record_store.load_people(tx, keys, [told.identity], fact.record_id)
    notification_recall.fold(told, [each.fact for each in facts], register)
    await record_store.create_records(tx, keys, register)
    await settlement_store.save_accepted(tx, keys, register, LOST, day)
    await record_store.add_convictions(tx, register)


async def _referred(notification_id: UUID, tx: Transaction) -> Any:
    row = await settlement_store.lock(tx, notification_id)
    if row is None or row["state"] != NotificationState.REFERRED:
        raise NotYetError
    return row


def _only(kind: type[F], told: Sequence[Fact]) -> F:
    (found,) = [each for each in told if isinstance(each, kind)]
    return found
