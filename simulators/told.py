"""How the scenario's tellings come about: numbered people, references and hours drawn for one purpose at a time."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count

from contracts.codes import Channel, Cohort, RefusalReason
from contracts.notifications import Conviction
from simulators import notices
from simulators.chance import chance
from simulators.channels import some_channel, some_country
from simulators.days import YEAR_BEGINS, YEAR_ENDS, days, is_worked, office_hour, short_hour
from simulators.notices import notice
from simulators.people import Subject, subject
from simulators.refusals import refused
from simulators.script import Outcome, Telling

UKSO_SHARE = 0.55
SHORT_HOUR_SHARE = 0.02
LATER_SHARE = 0.6
WEEKEND_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who has a record, and the telling that created it."""

    subject: Subject
    telling: Telling


class Draws:
    """Everything drawn for one purpose. `numbers` must not meet those of another purpose: they make people distinct."""

    def __init__(self, seed: int, purpose: str, first_number: int) -> None:
        self.chance = chance(seed, purpose)
        self.numbers = count(first_number)

    def hour(self, day: date) -> datetime:
        """When on this day: mostly in office hours, sometimes in the day's first hour, which in summer is UTC's day before."""
        return short_hour(self.chance, day) if self.chance.random() < SHORT_HOUR_SHARE else office_hour(self.chance, day)

    def told_days(self, number: int, first: date = YEAR_BEGINS, last: date = YEAR_ENDS) -> list[date]:
        """So many days on which feeds tell, few of them on weekends, in order."""
        span = list(days(first, last))
        weights = [1.0 if is_worked(day) else WEEKEND_WEIGHT for day in span]
        return sorted(self.chance.choices(span, weights=weights, k=number))

    def subject(self, channel: Channel) -> Subject:
        cohort = Cohort.UKSO if self.chance.random() < UKSO_SHARE else Cohort.FNSO
        return subject(next(self.numbers), cohort, some_country(self.chance, channel), self.chance)

    def reference(self, channel: Channel) -> str:
        return f"SYN-{channel}-{next(self.numbers):06}"


def created(draws: Draws, day: date, channel: Channel | None = None, *, lasting: bool = False) -> Known:
    """A telling on this day that creates a record; `lasting` ones were sentenced long enough to notify for ever."""
    channel = channel or some_channel(draws.chance)
    who = draws.subject(channel)
    at = draws.hour(day)
    told = notice(draws.reference(channel), who, convicted(draws, channel, day, lasting=lasting))
    return Known(who, Telling(at, channel, told, Outcome.CREATED, cohort=who.cohort))


def convicted(draws: Draws, channel: Channel, day: date, *, lasting: bool = False) -> Conviction:
    """A recent conviction that `channel` tells on `day`."""
    terms = notices.LONG_MONTHS if lasting else notices.ANY_MONTHS
    decided_on = notices.recent_day(draws.chance, day)
    return notices.conviction(draws.chance, some_country(draws.chance, channel), decided_on, terms)


def refusal(draws: Draws, day: date, reason: RefusalReason) -> Telling:
    """A telling on this day that must be refused for this reason."""
    qualifying = created(draws, day).telling
    told = refused(draws.chance, reason, qualifying.notice)
    return replace(qualifying, notice=told, outcome=Outcome.REFUSED, reason=reason, cohort=None)


def once_more(draws: Draws, telling: Telling, latest: date = YEAR_ENDS) -> Telling:
    """The same told again: a few minutes later, or up to a month, but not after `latest`."""
    later = draws.hour(min(telling.day + timedelta(days=draws.chance.randrange(1, 31)), latest))
    soon = telling.at + timedelta(minutes=draws.chance.randrange(1, 20))
    at = later if draws.chance.random() < LATER_SHARE and later > telling.at else soon
    return replace(telling, at=at, outcome=Outcome.DUPLICATED, reason=None, cohort=None)
