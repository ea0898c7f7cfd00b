"""The grounds on which a notification is refused for what it says itself, in the order in which they are asked."""

from collections.abc import Callable
from datetime import date

from contracts.codes import RefusalReason, UkLink
from contracts.notifications import NotificationReceived
from services.records.age import under
from services.records.law import ADULT_AGE, AGE_OF_RESPONSIBILITY, FIRST_CONVICTION_DAY, GROUNDS, OffenceStanding
from services.records.notification_period import period_of
from services.records.sentence import may_have_run_on, standing_of

HOME = "GB"

Ground = Callable[[NotificationReceived, date], bool]


def refusal_of(notification: NotificationReceived, day: date) -> RefusalReason | None:
    """The first ground that certainly applies on `day`. Where the papers allow two answers no ground applies: a person decides."""
    return next((reason for reason, applies in GROUNDS_OF_REFUSAL if applies(notification, day)), None)


def possible_youth(notification: NotificationReceived) -> tuple[bool, ...]:
    """Every answer to "under 18 on the day of the decision?" that the birth date allows."""
    return under(ADULT_AGE, notification.person.birth_date, notification.conviction.decided_on)


def born_after_the_decision(notification: NotificationReceived) -> bool:
    """A birth date that cannot be true."""
    birth_date = notification.person.birth_date
    return birth_date is not None and birth_date.earliest > notification.conviction.decided_on


def _addressed_elsewhere(notification: NotificationReceived, _day: date) -> bool:
    return notification.receiving_state != HOME


def _convicted_here(notification: NotificationReceived, _day: date) -> bool:
    return notification.conviction.country == HOME


def _not_a_conviction(notification: NotificationReceived, _day: date) -> bool:
    return notification.conviction.finding not in GROUNDS


def _annulled(notification: NotificationReceived, _day: date) -> bool:
    return notification.conviction.annulled


def _not_final(notification: NotificationReceived, day: date) -> bool:
    return notification.conviction.final_on is None or notification.conviction.final_on > day


def _not_transmittable(notification: NotificationReceived, _day: date) -> bool:
    return not notification.conviction.transmittable


def _stands(standing: OffenceStanding) -> Ground:
    def certainly(notification: NotificationReceived, day: date) -> bool:
        return all(standing_of(notification.conviction, day, under_18=young) is standing for young in possible_youth(notification))

    return certainly


def _too_long_ago(notification: NotificationReceived, _day: date) -> bool:
    conviction = notification.conviction
    return conviction.decided_on < FIRST_CONVICTION_DAY and not may_have_run_on(conviction, FIRST_CONVICTION_DAY)


def _a_child(notification: NotificationReceived, _day: date) -> bool:
    person, conviction = notification.person, notification.conviction
    return under(AGE_OF_RESPONSIBILITY, person.birth_date, conviction.decided_on) == (True,) and not born_after_the_decision(notification)


def _period_ended(notification: NotificationReceived, day: date) -> bool:
    periods = (period_of(notification.conviction, day, under_18=young) for young in possible_youth(notification))
    return all(each.ended_before(day) for each in periods)


def _deceased(notification: NotificationReceived, _day: date) -> bool:
    return notification.person.deceased


def _no_uk_link(notification: NotificationReceived, _day: date) -> bool:
    person = notification.person
    return bool(person.nationalities) and HOME not in person.nationalities and person.uk_link is UkLink.NONE


GROUNDS_OF_REFUSAL: tuple[tuple[RefusalReason, Ground], ...] = (
    (RefusalReason.ADDRESSED_TO_ANOTHER_STATE, _addressed_elsewhere),
    (RefusalReason.CONVICTED_IN_THE_UK, _convicted_here),
    (RefusalReason.NOT_A_CONVICTION, _not_a_conviction),
    (RefusalReason.CONVICTION_ANNULLED, _annulled),
    (RefusalReason.CONVICTION_NOT_FINAL, _not_final),
    (RefusalReason.NOT_TRANSMITTABLE, _not_transmittable),
    (RefusalReason.OFFENCE_NOT_SEXUAL, _stands(OffenceStanding.NOT_SEXUAL)),
    (RefusalReason.NO_EQUIVALENT_OFFENCE, _stands(OffenceStanding.NO_EQUIVALENT)),
    (RefusalReason.CONVICTED_BEFORE_SEPTEMBER_1997, _too_long_ago),
    (RefusalReason.BELOW_AGE_OF_RESPONSIBILITY, _a_child),
    (RefusalReason.BELOW_SENTENCE_THRESHOLD, _stands(OffenceStanding.BELOW_THRESHOLD)),
    (RefusalReason.NOTIFICATION_PERIOD_ENDED, _period_ended),
    (RefusalReason.SUBJECT_DECEASED, _deceased),
    (RefusalReason.NO_UK_LINK, _no_uk_link),
)
