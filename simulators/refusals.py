"""For each reason to refuse, a notification that is refused for that reason and gives occasion for no other."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

from contracts.codes import Disposal, Finding, RefusalReason, UkLink
from contracts.identifiers import PartialDate
from contracts.notifications import NotificationReceived, Offence, Sanction
from simulators.chance import weighted

# How often each comes is synthetic.
SHARES = {
    RefusalReason.OFFENCE_NOT_SEXUAL: 62.0,
    RefusalReason.NO_UK_LINK: 10.0,
    RefusalReason.NOTIFICATION_PERIOD_ENDED: 5.0,
    RefusalReason.CONVICTION_NOT_FINAL: 4.0,
    RefusalReason.ADDRESSED_TO_ANOTHER_STATE: 3.0,
    RefusalReason.NO_EQUIVALENT_OFFENCE: 3.0,
    RefusalReason.BELOW_SENTENCE_THRESHOLD: 2.5,
    RefusalReason.NOT_A_CONVICTION: 2.0,
    RefusalReason.NOT_TRANSMITTABLE: 2.0,
    RefusalReason.SUBJECT_DECEASED: 2.0,
    RefusalReason.CONVICTED_BEFORE_SEPTEMBER_1997: 2.0,
    RefusalReason.CONVICTION_ANNULLED: 1.0,
    RefusalReason.CONVICTED_IN_THE_UK: 1.0,
    RefusalReason.BELOW_AGE_OF_RESPONSIBILITY: 0.5,
}

NOT_SEXUAL = ("0700 00", "0800 00", "1200 00", "1500 00", "1600 00", "1700 00", "2000 00", "2100 00")
ELSEWHERE = ("LU", "MT", "SK")
LONG_AGO, BEFORE_1997 = date(2009, 1, 12), date(1989, 3, 6)
YEAR_DAYS = 365.25
UNCHANGED: Mapping[str, object] = {}

Change = Callable[[Random, NotificationReceived], NotificationReceived]


def some_reason(draws: Random) -> RefusalReason:
    return weighted(draws, SHARES)


def refused(draws: Random, reason: RefusalReason, qualifying: NotificationReceived) -> NotificationReceived:
    """A qualifying notice changed so that it must be refused for this reason."""
    return CHANGES[reason](draws, qualifying)


def _with(
    notice: NotificationReceived, *, person: Mapping[str, object] = UNCHANGED, conviction: Mapping[str, object] = UNCHANGED
) -> NotificationReceived:
    changed = {"person": notice.person.model_copy(update=person), "conviction": notice.conviction.model_copy(update=conviction)}
    return notice.model_copy(update=changed)


def _aged(notice: NotificationReceived, years: float) -> PartialDate:
    """Born so many years before the court decided."""
    return PartialDate(str(notice.conviction.decided_on - timedelta(days=round(years * YEAR_DAYS))))


def _decided(draws: Random, notice: NotificationReceived, first: date, sanction: Sanction) -> NotificationReceived:
    decided_on = first + timedelta(days=draws.randrange(700))
    decided_on = decided_on.replace(day=min(decided_on.day, 28))
    changes = {"decided_on": decided_on, "final_on": decided_on + timedelta(days=30), "sanctions": (sanction,)}
    born = PartialDate(f"{decided_on.year - draws.randrange(21, 45)}-05-17")
    return _with(notice, person={"birth_date": born}, conviction=changes)


def _young(notice: NotificationReceived) -> NotificationReceived:
    """Sixteen, a category with a threshold, six months imposed."""
    changes = {"offences": (Offence(category="1002 00"),), "sanctions": (Sanction(disposal=Disposal.IMPRISONMENT, months=6),)}
    return _with(notice, person={"birth_date": _aged(notice, 16.5)}, conviction=changes)


def _another_offence(draws: Random, told: NotificationReceived) -> NotificationReceived:
    return _with(told, conviction={"offences": (Offence(category=draws.choice(NOT_SEXUAL)),)})


def _to_another_state(draws: Random, told: NotificationReceived) -> NotificationReceived:
    return told.model_copy(update={"receiving_state": draws.choice(ELSEWHERE)})


def _without_a_link(_: Random, told: NotificationReceived) -> NotificationReceived:
    return _with(told, person={"nationalities": (told.conviction.country,), "uk_link": UkLink.NONE})


def _long_ago(draws: Random, told: NotificationReceived) -> NotificationReceived:
    return _decided(draws, told, LONG_AGO, Sanction(disposal=Disposal.FINE))


def _before_1997(draws: Random, told: NotificationReceived) -> NotificationReceived:
    return _decided(draws, told, BEFORE_1997, Sanction(disposal=Disposal.IMPRISONMENT, months=30))


CHANGES: dict[RefusalReason, Change] = {
    RefusalReason.OFFENCE_NOT_SEXUAL: _another_offence,
    RefusalReason.NO_UK_LINK: _without_a_link,
    RefusalReason.NOTIFICATION_PERIOD_ENDED: _long_ago,
    RefusalReason.CONVICTION_NOT_FINAL: lambda _, told: _with(told, conviction={"final_on": None}),
    RefusalReason.ADDRESSED_TO_ANOTHER_STATE: _to_another_state,
    RefusalReason.NO_EQUIVALENT_OFFENCE: lambda _, told: _with(told, conviction={"offences": (Offence(category="1006 00"),)}),
    RefusalReason.BELOW_SENTENCE_THRESHOLD: lambda _, told: _young(told),
    RefusalReason.NOT_A_CONVICTION: lambda _, told: _with(told, conviction={"finding": Finding.ACQUITTED, "sanctions": ()}),
    RefusalReason.NOT_TRANSMITTABLE: lambda _, told: _with(told, conviction={"transmittable": False}),
    RefusalReason.SUBJECT_DECEASED: lambda _, told: _with(told, person={"deceased": True}),
    RefusalReason.CONVICTED_BEFORE_SEPTEMBER_1997: _before_1997,
    RefusalReason.CONVICTION_ANNULLED: lambda _, told: _with(told, conviction={"annulled": True}),
    RefusalReason.CONVICTED_IN_THE_UK: lambda _, told: _with(told, conviction={"country": "GB"}),
    RefusalReason.BELOW_AGE_OF_RESPONSIBILITY: lambda _, told: _with(told, person={"birth_date": _aged(told, 9.3)}),
}
"""Every reason for which a machine may refuse."""
