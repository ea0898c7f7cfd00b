"""Who comes back in the year: 166 whom a force takes on, the case of the annual report among them, and some who land after it ended."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest

from contracts.codes import Channel, Cohort, Disposal
from contracts.forces import TAKING_HANDOVERS
from contracts.notifications import Conviction, Offence, Sanction
from simulators.days import YEAR_BEGINS, YEAR_ENDS, days
from simulators.journeys import TWO_OFFERS_DAYS, Course, Journey, Planner
from simulators.notices import notice
from simulators.people import subject
from simulators.script import Outcome, Script, Telling, together
from simulators.told import Draws, Known

FIRST_OF_RETURNS = 8_600
TRANSFERRED = 166
DECLINED_FIRST, FORCE_UNKNOWN = 9, 11
LANDING_LATER = (Course.ACCEPTED, Course.ACCEPTED, Course.ACCEPTED, Course.UNANSWERED, Course.UNANSWERED, Course.DECLINED_FIRST)
SHORTEST_LEAD_DAYS, LONGEST_LEAD_DAYS = 2, 40
FROM_THE_YEAR, LAST_READY = 16, date(2021, 11, 30)
FIRST_LATE_NOTICE = date(2022, 3, 8)

CASE_TOLD, CASE_TRAVEL_TOLD, CASE_LANDING = date(2021, 1, 14), date(2021, 9, 20), date(2021, 10, 14)


def case_study() -> Known:
    """The case of the annual report with a synthetic person: a UK national sentenced to eight years in Indonesia, told by INTERPOL."""
    draws = Draws(0, "case study", FIRST_OF_RETURNS)
    who = subject(next(draws.numbers), Cohort.UKSO, "ID", draws.chance)
    told = Conviction(
        country="ID",
        decided_on=date(2014, 4, 2),
        final_on=date(2014, 4, 16),
        offences=(Offence(category="1007 00"), Offence(category="1008 00"), Offence(category="1000 00")),
        sanctions=(Sanction(disposal=Disposal.IMPRISONMENT, months=96),),
    )
    notified = notice(draws.reference(Channel.INTERPOL), who, told)
    return Known(who, Telling(draws.hour(CASE_TOLD), Channel.INTERPOL, notified, Outcome.CREATED, cohort=who.cohort))


def returns(seed: int, case: Known, opened: list[Known], created: list[Known]) -> Script:
    """The journeys of the year and a few beyond, of people with records from the opening and from the year.

    Raises:
        ValueError: there are not enough people.
    """
    draws = Draws(seed, "returns", FIRST_OF_RETURNS + 10)
    planner = Planner(draws)
    ready = [known for known in created if known.telling.day <= LAST_READY][:FROM_THE_YEAR]
    journeys = [_soon_after(draws, known) for known in ready]
    journeys += [_journey(draws, *each) for each in zip(opened, _landing_days(draws, TRANSFERRED - 1 - len(ready)), strict=False)]
    if len(journeys) != TRANSFERRED - 1:
        message = f"{TRANSFERRED - 1} people must come back, there are {len(journeys)}"
        raise ValueError(message)
    later = zip(opened[len(journeys) :], LANDING_LATER, strict=False)
    scripts = [planner.plan(Journey(case, CASE_TRAVEL_TOLD, CASE_LANDING), ["cleveland"])]
    for course, journey, force in zip_longest(_courses(draws), journeys, TAKING_HANDOVERS):
        scripts.append(planner.plan(_on_course(draws, journey, course), TAKING_HANDOVERS if force is None else [force]))
    return together([*scripts, *(planner.plan(_landing_later(draws, known, course)) for known, course in later)])


def _landing_days(draws: Draws, number: int) -> list[date]:
    """Any day of the year, its second and its last among them."""
    within = list(days(YEAR_BEGINS, YEAR_ENDS))
    return [within[1], within[-1], *draws.chance.choices(within, k=number - 2)]


def _courses(draws: Draws) -> list[Course]:
    courses = [Course.DECLINED_FIRST] * DECLINED_FIRST + [Course.FORCE_UNKNOWN] * FORCE_UNKNOWN
    courses += [Course.ACCEPTED] * (TRANSFERRED - 1 - len(courses))
    draws.chance.shuffle(courses)
    return courses


def _journey(draws: Draws, known: Known, landing_day: date) -> Journey:
    lead = draws.chance.randrange(SHORTEST_LEAD_DAYS, LONGEST_LEAD_DAYS)
    return Journey(known, landing_day - timedelta(days=lead), landing_day)


def _soon_after(draws: Draws, known: Known) -> Journey:
    """Back two or three months after the record was created."""
    landing_day = known.telling.day + timedelta(days=draws.chance.randrange(60, 100))
    return _journey(draws, known, landing_day)


def _on_course(draws: Draws, journey: Journey, course: Course) -> Journey:
    """Told early enough for everything that lies before the landing."""
    if course is Course.ACCEPTED:
        return journey
    latest = journey.landing_day - timedelta(days=TWO_OFFERS_DAYS + draws.chance.randrange(7))
    return replace(journey, course=course, told_on=min(journey.told_on, latest))


def _landing_later(draws: Draws, known: Known, course: Course) -> Journey:
    told_on = FIRST_LATE_NOTICE + timedelta(days=draws.chance.randrange(10))
    return Journey(known, told_on, YEAR_ENDS + timedelta(days=draws.chance.randrange(1, 20)), course)
