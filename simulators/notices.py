"""Notifications built so that what must become of them is beyond doubt: qualifying ones, and ones that only a person can decide."""

from datetime import date, timedelta
from random import Random

from contracts.codes import Disposal, ReferralReason
from contracts.identifiers import PartialDate
from contracts.notifications import Conviction, NotificationReceived, Offence, Sanction
from simulators.people import Subject

SERIOUS = ("1001 00", "1002 00", "1007 00", "1008 00", "1009 00", "1010 00")
DOUBTFUL = ("0402 00", "0406 00", "1003 00", "1004 00", "1005 00")
LONG_MONTHS = (30, 36, 48, 60, 72, 96, 120)
ANY_MONTHS = (6, 12, 18, 24, *LONG_MONTHS)
LAST_SAFE_DAY = 28


def recent_day(draws: Random, told_on: date) -> date:
    """When the court decided: three to eighteen months before it is told, and never on a day that some years lack."""
    day = told_on - timedelta(days=draws.randrange(90, 540))
    return day.replace(day=min(day.day, LAST_SAFE_DAY))


def conviction(draws: Random, country: str, decided_on: date, months: tuple[int, ...] = ANY_MONTHS) -> Conviction:
    """An adult's final conviction of a Schedule 3 offence, imprisoned for one of these terms."""
    return Conviction(
        country=country,
        decided_on=decided_on,
        final_on=decided_on + timedelta(days=draws.randrange(14, 60)),
        offences=(Offence(category=draws.choice(SERIOUS)),),
        sanctions=(Sanction(disposal=Disposal.IMPRISONMENT, months=draws.choice(months)),),
    )


def notice(reference: str, subject: Subject, told: Conviction) -> NotificationReceived:
    """A state tells the United Kingdom of a conviction."""
    return NotificationReceived(reference=reference, receiving_state="GB", person=subject.person, conviction=told)


def undecided(draws: Random, reason: ReferralReason, qualifying: NotificationReceived) -> NotificationReceived:
    """A qualifying notice changed so that a machine may not decide it, for this reason.

    Raises:
        ValueError: the reason does not lie in a single notice.
    """
    person, told = qualifying.person, qualifying.conviction
    match reason:
        case ReferralReason.EQUIVALENCE_IN_DOUBT:
            told = told.model_copy(update={"offences": (Offence(category=draws.choice(DOUBTFUL)),)})
        case ReferralReason.IDENTITY_INSUFFICIENT:
            person = person.model_copy(update={"identifiers": (), "birth_date": None, "forenames": ()})
        case ReferralReason.PERIOD_IN_DOUBT:
            told = told.model_copy(update={"sanctions": (Sanction(disposal=Disposal.IMPRISONMENT, months=18, suspended=True),)})
        case ReferralReason.AGE_UNDECIDABLE:
            person = person.model_copy(update={"birth_date": PartialDate(str(told.decided_on.year - 18))})
            told = told.model_copy(
                update={"offences": (Offence(category="1002 00"),), "sanctions": (Sanction(disposal=Disposal.IMPRISONMENT, months=8),)}
            )
        case _:
            message = f"{reason} does not lie in one notice alone"
            raise ValueError(message)
    return qualifying.model_copy(update={"person": person, "conviction": told})
