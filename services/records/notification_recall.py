"""Folds a decision that was told once into the register, as `notification_decision` had: the outcome and its ids are the told ones."""

from collections.abc import Sequence
from uuid import UUID

from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationReferred, NotificationRefused
from contracts.fact import Fact
from contracts.records import RecordCreated
from services.records.notification_decision import accept, keep
from services.records.recognition import learn
from services.records.register import NotificationState, Register, Told


class UnknownRecordError(LookupError):
    """The record that was decided on is not in the register."""


def record_of(told: Sequence[Fact]) -> UUID | None:
    """The record that a notification was put on, if it was."""
    return next((each.record_id for each in told if isinstance(each, NotificationAccepted)), None)


def fold(told: Told, facts: Sequence[Fact], register: Register) -> None:
    """What `facts` say became of `told`.

    Raises:
        UnknownRecordError: see there.
    """
    for fact in facts:
        match fact:
            case NotificationAccepted():
                _accept(told, fact, facts, register)
            case NotificationRefused():
                keep(register, told, fact.notification_id, NotificationState.REFUSED, reason=fact.reason)
            case NotificationReferred():
                keep(register, told, fact.notification_id, NotificationState.REFERRED, reason=fact.reason)
            case NotificationDuplicated():
                _duplicate(told, fact, register)
            case _:
                continue


def _accept(told: Told, fact: NotificationAccepted, facts: Sequence[Fact], register: Register) -> None:
    created = any(isinstance(each, RecordCreated) for each in facts)
    if created == (fact.record_id in register.records):
        raise UnknownRecordError
    register.new_id = lambda: fact.record_id
    accept(told, fact.notification_id, register.records.get(fact.record_id), register)


def _duplicate(told: Told, fact: NotificationDuplicated, register: Register) -> None:
    """Either the same words again, of which nothing is kept, or a conviction that a record has by another way."""
    if any(content == told.content_key for content, _ in register.tellings.get(told.reference_key, ())):
        return
    for record in register.records.values():
        if fact.original_id in record.convictions.values():
            learn(told, record, register)
            keep(register, told, fact.notification_id, NotificationState.DUPLICATED, record_id=record.record_id)
            return
    raise UnknownRecordError
