"""What a machine must leave to a person, of a notification that no ground refuses."""

from datetime import date

from contracts.codes import ReferralReason, UkLink
from contracts.notifications import NotificationReceived
from services.records.age import under
from services.records.identity import numbers_of
from services.records.law import AGE_OF_RESPONSIBILITY, FIRST_CONVICTION_DAY, OffenceStanding
from services.records.notification_period import period_of
from services.records.refusal import born_after_the_decision, possible_youth
from services.records.sentence import standing_of


def referral_of(notification: NotificationReceived, day: date) -> ReferralReason | None:
    """Why a person has to decide, or None if nothing in the notification itself asks for one."""
    standings = {standing_of(notification.conviction, day, under_18=young) for young in possible_youth(notification)}
    if OffenceStanding.IN_DOUBT in standings:
        return ReferralReason.EQUIVALENCE_IN_DOUBT
    if _identity_is_thin(notification):
        return ReferralReason.IDENTITY_INSUFFICIENT
    if len(standings) > 1 or _age_matters(notification, day):
        return ReferralReason.AGE_UNDECIDABLE
    return ReferralReason.PERIOD_IN_DOUBT if _period_is_in_doubt(notification, day) else None


def _identity_is_thin(notification: NotificationReceived) -> bool:
    """Without a number, full name and full birth date are the least; with one, some name and some birth date."""
    person = notification.person
    if person.birth_date is None or born_after_the_decision(notification):
        return True
    if not person.nationalities and person.uk_link is UkLink.NONE:
        return True
    if numbers_of(person.identifiers):
        return not (person.surname or person.forenames)
    return not (person.birth_date.is_full and person.surname and person.forenames)


def _age_matters(notification: NotificationReceived, day: date) -> bool:
    conviction = notification.conviction
    if len(under(AGE_OF_RESPONSIBILITY, notification.person.birth_date, conviction.decided_on)) > 1:
        return True
    ended = {period_of(conviction, day, under_18=young).ended_before(day) for young in possible_youth(notification)}
    return len(ended) > 1


def _period_is_in_doubt(notification: NotificationReceived, day: date) -> bool:
    """A conviction of before September 1997 gets here only if its sentence may have run on, which is for a person too."""
    conviction = notification.conviction
    periods = [period_of(conviction, day, under_18=young) for young in possible_youth(notification)]
    unsure = any(each.in_doubt or each.ended_before(day) is None for each in periods)
    return unsure or conviction.decided_on < FIRST_CONVICTION_DAY
