"""Which fact moves which figure, by one up or one down, and on which day: the only place where a measure is given its fact."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.decisions import (
    NotificationAccepted,
    NotificationDuplicated,
    NotificationHeld,
    NotificationReferred,
    NotificationRefused,
)
from contracts.handovers import HandoverAccepted, HandoverDeclined, HandoverEffective, HandoverOffered, HandoverWithdrawn
from contracts.records import RecordAmended, RecordClosed, RecordCreated, RecordTransferred, TravelExpected
from services.stats.ledger import Entry, Measure, Movement, Standing

DecisionFact = NotificationAccepted | NotificationRefused | NotificationReferred | NotificationDuplicated | NotificationHeld
RecordFact = RecordCreated | RecordAmended | TravelExpected | RecordTransferred | RecordClosed
CheckFact = IntelCheckOpened | IntelReportSent
HandoverFact = HandoverOffered | HandoverAccepted | HandoverDeclined | HandoverWithdrawn | HandoverEffective
AnyFact = DecisionFact | RecordFact | CheckFact | HandoverFact


@dataclass(frozen=True, slots=True)
class HeardFact:
    """A fact as statistics hear it. `day` is the day of its envelope, `known` its recordedtime."""

    fact: AnyFact
    fact_id: UUID
    day: date
    known: datetime


def decide(told: HeardFact, standing: Standing) -> list[Movement]:
    """The movements that one fact makes, in the order of their lines."""
    return [Movement(entry, amount, told.known, told.fact_id, line) for line, (amount, entry) in enumerate(_moved(told, standing), start=1)]


def _moved(told: HeardFact, standing: Standing) -> list[tuple[int, Entry]]:
    match told.fact:
        case RecordCreated() | RecordAmended() | TravelExpected() | RecordTransferred() | RecordClosed() as fact:
            return _of_record(fact, told.day, standing)
        case IntelCheckOpened() | IntelReportSent() as fact:
            return [(1, _check_entry(fact, told.day))]
        case HandoverOffered() | HandoverAccepted() | HandoverDeclined() | HandoverWithdrawn() | HandoverEffective() as fact:
            return [(1, _handover_entry(fact, told.day))]
        case fact:
            return _outcome(_outcome_entry(fact, told.day), standing)


def _of_record(fact: RecordFact, day: date, standing: Standing) -> list[tuple[int, Entry]]:
    match fact:
        case RecordCreated():
            return [(1, Entry(fact.record_id, Measure.CREATED, day, cohort=fact.cohort))]
        case RecordTransferred():
            return _transferred(Entry(fact.record_id, Measure.TRANSFERRED, fact.effective_day, force=fact.force), standing)
        case RecordClosed():
            return _closed(Entry(fact.record_id, Measure.CLOSED, day, reason=fact.reason), standing)
        case RecordAmended() | TravelExpected():
            return []


def _check_entry(fact: CheckFact, day: date) -> Entry:
    match fact:
        case IntelCheckOpened():
            return Entry(fact.record_id, Measure.CHECK_OPENED, day)
        case IntelReportSent():
            return Entry(fact.record_id, Measure.REPORT_SENT, day, opened_day=fact.opened_day)


def _outcome_entry(fact: DecisionFact, day: date) -> Entry:
    match fact:
        case NotificationAccepted():
            return Entry(fact.notification_id, Measure.ACCEPTED, day, channel=fact.channel)
        case NotificationRefused():
            return Entry(fact.notification_id, Measure.REFUSED, day, channel=fact.channel, reason=fact.reason)
        case NotificationReferred():
            return Entry(fact.notification_id, Measure.REFERRED, day, channel=fact.channel, reason=fact.reason)
        case NotificationDuplicated():
            return Entry(fact.notification_id, Measure.DUPLICATED, day, channel=fact.channel)
        case NotificationHeld():
            return Entry(fact.notification_id, Measure.HELD, day, channel=fact.channel, reason=fact.reason)


def _outcome(entry: Entry, standing: Standing) -> list[tuple[int, Entry]]:
    """Each telling counts as one outcome, on the day of its first one: a later decision changes what it was, not when it came."""
    earlier = standing.outcome(entry.subject)
    if earlier is None:
        standing.put(entry)
        return [(1, entry)]
    later = replace(entry, day=earlier.day, channel=earlier.channel)
    if later == earlier:
        return []
    standing.put(later)
    return [(-1, earlier), (1, later)]


def _transferred(entry: Entry, standing: Standing) -> list[tuple[int, Entry]]:
    """A record leaves the stock once. A transfer outweighs a closure, which is taken back on the day it was counted on."""
    earlier = standing.departure(entry.subject)
    if earlier is not None and earlier.measure is Measure.TRANSFERRED:
        return []
    standing.put(entry)
    return [(1, entry)] if earlier is None else [(-1, earlier), (1, entry)]


def _closed(entry: Entry, standing: Standing) -> list[tuple[int, Entry]]:
    if standing.departure(entry.subject) is not None:
        return []
    standing.put(entry)
    return [(1, entry)]


def _handover_entry(fact: HandoverFact, day: date) -> Entry:
    match fact:
        case HandoverOffered():
            return Entry(fact.record_id, Measure.HANDOVER_OFFERED, day, force=fact.force)
        case HandoverAccepted():
            return Entry(fact.record_id, Measure.HANDOVER_ACCEPTED, day, force=fact.force)
        case HandoverDeclined():
            return Entry(fact.record_id, Measure.HANDOVER_DECLINED, day, force=fact.force, reason=fact.reason)
        case HandoverWithdrawn():
            return Entry(fact.record_id, Measure.HANDOVER_WITHDRAWN, day, force=fact.force, reason=fact.reason)
        case HandoverEffective():
            return Entry(fact.record_id, Measure.HANDOVER_EFFECTIVE, fact.effective_day, force=fact.force)
