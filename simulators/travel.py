"""What carriers, borders and consulates tell: somebody known is expected, somebody nobody knows, and the same journey more than once."""

from dataclasses import replace
from datetime import date, timedelta

from contracts.codes import Cohort, Sender
from contracts.travel_notices import Traveller, TravelNoticeReceived
from simulators.chance import weighted
from simulators.days import LONDON, YEAR_BEGINS, YEAR_ENDS
from simulators.people import Subject, subject
from simulators.script import Script, TravelTelling
from simulators.told import Draws

FIRST_OF_STRANGERS = 8_000
STRANGERS, TOLD_TWICE, TOLD_BY_TWO = 5, 4, 3
PORTS = ("LHR", "LGW", "MAN", "STN", "BHX", "EDI", "NCL")
SHARES = {Sender.BORDER_FORCE: 5.0, Sender.CARRIERS: 3.0, Sender.CONSULAR: 2.0}


def travel_notice(draws: Draws, who: Subject, told_on: date, landing_day: date, force: str | None) -> TravelTelling:
    """`who` is expected on a Europe/London day, at an hour with its offset."""
    sender = weighted(draws.chance, SHARES)
    notice = TravelNoticeReceived(
        reference=f"SYN-{sender}-{next(draws.numbers):06}",
        traveller=_traveller(who),
        landing_at=draws.hour(landing_day).astimezone(LONDON),
        port=draws.chance.choice(PORTS),
        destination_force=force,
    )
    return TravelTelling(draws.hour(told_on), sender, notice)


def strangers(seed: int) -> Script:
    """People of whom no conviction was ever told: a person has to look at each of these notices."""
    draws = Draws(seed, "strangers", FIRST_OF_STRANGERS)
    days = draws.told_days(STRANGERS, YEAR_BEGINS, YEAR_ENDS)
    unknown = [subject(next(draws.numbers), Cohort.UKSO, "ES", draws.chance) for _ in days]
    told = zip(unknown, days, strict=True)
    return Script(travels=tuple(travel_notice(draws, who, day, day + timedelta(days=9), None) for who, day in told))


def repeats(seed: int, travels: tuple[TravelTelling, ...]) -> Script:
    """Some notices told once more on the day after, and some journeys told by another sender too: neither makes a second handover."""
    draws = Draws(seed, "travel repeats", FIRST_OF_STRANGERS + 500)
    chosen = draws.chance.sample(travels, TOLD_TWICE + TOLD_BY_TWO)
    again = [replace(each, at=each.at + timedelta(days=1)) for each in chosen[:TOLD_TWICE]]
    elsewhere = [_by_another(draws, each) for each in chosen[TOLD_TWICE:]]
    return Script(travels=(*again, *elsewhere))


def _by_another(draws: Draws, told: TravelTelling) -> TravelTelling:
    sender = draws.chance.choice([each for each in Sender if each is not told.sender])
    notice = told.notice.model_copy(update={"reference": f"SYN-{sender}-{next(draws.numbers):06}"})
    return TravelTelling(told.at + timedelta(days=1), sender, notice)


def _traveller(who: Subject) -> Traveller:
    """As the travel document says: the names, the birth date and the passport."""
    person = who.person
    return Traveller(forenames=person.forenames, surname=person.surname, birth_date=person.birth_date, identifiers=(who.passport,))
