"""How one person comes back: a travel notice, the force that is asked, what it answers, and whom a person asks instead."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from contracts.codes import DeclineReason
from contracts.forces import TAKING_HANDOVERS
from simulators.days import next_worked
from simulators.script import Answer, Offer, Script, together
from simulators.told import Draws, Known
from simulators.travel import travel_notice

LARGE_FORCES = {"metropolitan": 14.0, "greater-manchester": 5.0, "west-midlands": 5.0, "police-scotland": 5.0, "kent": 4.0}
LONGEST_THOUGHT_DAYS = 5
TWO_OFFERS_DAYS = 14
"""Enough for a decline, a weekend, a second offer and its answer."""


class Course(StrEnum):
    """How a journey goes until it lands."""

    ACCEPTED = "accepted"
    DECLINED_FIRST = "declined-first"
    FORCE_UNKNOWN = "force-unknown"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Journey:
    """Somebody known, told of on one day, landing on another."""

    known: Known
    told_on: date
    landing_day: date
    course: Course = Course.ACCEPTED


@dataclass(slots=True)
class Planner:
    """Never has a force asked about two landings on one day: its notice tells it no more than the day."""

    draws: Draws
    asked: set[tuple[str, date]] = field(default_factory=set)

    def plan(self, journey: Journey, wanted: Sequence[str] = TAKING_HANDOVERS) -> Script:
        """Everything about one journey; in the end one of the `wanted` forces takes the person on, if any does."""
        force = self._some_force(wanted, journey.landing_day)
        match journey.course:
            case Course.ACCEPTED:
                return together([self._notice(journey, force), self._answer(journey, force, journey.told_on)])
            case Course.UNANSWERED:
                return self._notice(journey, force)
            case Course.FORCE_UNKNOWN:
                looked_at = journey.told_on + timedelta(days=self.draws.chance.randrange(1, 3))
                return together([self._notice(journey, None), self._offer(journey, force, looked_at)])
            case Course.DECLINED_FIRST:
                first = self._some_force(TAKING_HANDOVERS, journey.landing_day)
                decline = self._answer(journey, first, journey.told_on, self.draws.chance.choice(list(DeclineReason)))
                looked_at = decline.answers[0].day + timedelta(days=1)
                return together([self._notice(journey, first), decline, self._offer(journey, force, looked_at)])

    def _some_force(self, wanted: Sequence[str], landing_day: date) -> str:
        """One that was not asked about this day yet, the large ones more often."""
        free = [each for each in wanted if (each, landing_day) not in self.asked]
        (force,) = self.draws.chance.choices(free, weights=[LARGE_FORCES.get(each, 1.0) for each in free])
        self.asked.add((force, landing_day))
        return force

    def _notice(self, journey: Journey, force: str | None) -> Script:
        return Script(travels=(travel_notice(self.draws, journey.known.subject, journey.told_on, journey.landing_day, force),))

    def _answer(self, journey: Journey, force: str, asked_on: date, decline: DeclineReason | None = None) -> Script:
        """One to five days after it was asked, on the landing day at the latest."""
        day = min(asked_on + timedelta(days=self.draws.chance.randrange(1, LONGEST_THOUGHT_DAYS)), journey.landing_day)
        return Script(answers=(Answer(self.draws.hour(day), force, journey.landing_day, decline),))

    def _offer(self, journey: Journey, force: str, looked_at: date) -> Script:
        """A person has the force asked on the next working day, and it accepts."""
        telling, day = journey.known.telling, next_worked(looked_at)
        return together([Script(offers=(Offer(day, telling.channel, telling.reference, force),)), self._answer(journey, force, day)])
