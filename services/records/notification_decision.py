"""Decides whether a notification becomes a record: a double, refused, left to a person, put on the record it belongs to, or a new one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.codes import ReferralReason, RefusalReason
from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationReferred, NotificationRefused
from contracts.fact import Fact
from contracts.notifications import NotificationReceived
from contracts.records import RecordAmended, RecordCreated
from services.records.recognition import learn, open_record, recognise
from services.records.referral import referral_of
from services.records.refusal import refusal_of
from services.records.register import Grounds, KnownRecord, NotificationState, Outcome, RecordState, Register, Told


@dataclass(frozen=True, slots=True)
class Objection:
    """Why what a person decided cannot be done."""

    reason: ReferralReason


def on_its_face(notification: NotificationReceived, day: date) -> Grounds:
    """What the notification alone says against its becoming a record on `day`; None if only the register is left to ask."""
    return refusal_of(notification, day) or referral_of(notification, day)


def decide(told: Told, register: Register) -> list[Fact]:
    """Decide on one telling from a feed and fold the result into the register."""
    earlier = register.tellings.get(told.reference_key, [])
    notification_id = told.held_as or register.new_id()
    for content_key, original_id in earlier:
        if content_key == told.content_key:
            return [NotificationDuplicated(notification_id=notification_id, channel=told.channel, original_id=original_id)]
    verdict = ReferralReason.CONTRADICTS_EARLIER_TELLING if earlier else told.grounds
    if verdict is None:
        found = recognise(told.identity, told.notification.person.birth_date, register)
        if isinstance(found, KnownRecord) and _conviction_is_in_doubt(told, found):
            found = ReferralReason.CONVICTION_IN_DOUBT
        if not isinstance(found, ReferralReason):
            return _on_a_record(told, notification_id, found, register)
        verdict = found
    return _off_the_record(told, notification_id, verdict, register)


def accept_by_a_person(told: Told, notification_id: UUID, record: KnownRecord | None, register: Register) -> list[Fact] | Objection:
    """Take what was referred. `record` is the one that the person named, if any.

    Whoever accepts without naming a record has settled that a mere namesake is somebody else; what numbers say stands.
    """
    if record is not None and record.state is not RecordState.MANAGED:
        return Objection(ReferralReason.RECORD_NOT_WITH_ACRO)
    found = record or recognise(told.identity, told.notification.person.birth_date, register)
    if isinstance(found, ReferralReason):
        if found is not ReferralReason.IDENTITY_INSUFFICIENT:
            return Objection(found)
        found = None
    return accept(told, notification_id, found, register)


def _conviction_is_in_doubt(told: Told, record: KnownRecord) -> bool:
    """One country, one day, other offences: a second conviction, or the first told differently. A machine does not know."""
    return told.conviction.whole not in record.convictions and told.conviction.court_day in record.court_days


def _on_a_record(told: Told, notification_id: UUID, record: KnownRecord | None, register: Register) -> list[Fact]:
    """Somebody new, a further conviction, or one that the record already has by another way."""
    if record is None or told.conviction.whole not in record.convictions:
        return accept(told, notification_id, record, register)
    learn(told, record, register)
    keep(register, told, notification_id, NotificationState.DUPLICATED, record_id=record.record_id)
    original_id = record.convictions[told.conviction.whole]
    return [NotificationDuplicated(notification_id=notification_id, channel=told.channel, original_id=original_id)]


def accept(told: Told, notification_id: UUID, known: KnownRecord | None, register: Register) -> list[Fact]:
    """Put the conviction on the record that is known, or on a new one."""
    record = known or open_record(told, register)
    learn(told, record, register)
    if told.conviction.whole not in record.convictions:
        record.convictions[told.conviction.whole] = notification_id
        record.court_days.add(told.conviction.court_day)
        register.new_convictions.append((record.record_id, told.conviction.whole, told.conviction.court_day, notification_id))
    keep(register, told, notification_id, NotificationState.ACCEPTED, record_id=record.record_id)
    accepted = NotificationAccepted(notification_id=notification_id, channel=told.channel, record_id=record.record_id)
    if known is None:
        return [accepted, RecordCreated(record_id=record.record_id, cohort=record.cohort)]
    return [accepted, RecordAmended(record_id=record.record_id)]


def _off_the_record(told: Told, notification_id: UUID, reason: RefusalReason | ReferralReason, register: Register) -> list[Fact]:
    match reason:
        case RefusalReason():
            keep(register, told, notification_id, NotificationState.REFUSED, reason=reason)
            return [NotificationRefused(notification_id=notification_id, channel=told.channel, reason=reason)]
        case ReferralReason():
            keep(register, told, notification_id, NotificationState.REFERRED, reason=reason)
            return [NotificationReferred(notification_id=notification_id, channel=told.channel, reason=reason)]


def keep(  # noqa: PLR0913 - the columns of one outcome
    register: Register,
    told: Told,
    notification_id: UUID,
    state: NotificationState,
    *,
    reason: RefusalReason | ReferralReason | None = None,
    record_id: UUID | None = None,
) -> None:
    """Fold the outcome of one telling into the register."""
    tellings = register.tellings.setdefault(told.reference_key, [])
    tellings.append((told.content_key, notification_id))
    register.outcomes.append(Outcome(told, notification_id, len(tellings), state, reason, record_id))
