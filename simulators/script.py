"""What a script is made of: who tells, answers or decides what on which day, and what must become of it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from contracts.codes import Channel, CloseReason, Cohort, DeclineReason, RefusalReason, Sender
from contracts.notifications import NotificationReceived
from contracts.travel_notices import TravelNoticeReceived
from simulators.days import london_day


class Outcome(StrEnum):
    """What must become of a telling at first; a person may decide a referred one later."""

    CREATED = "created"
    AMENDED = "amended"
    REFUSED = "refused"
    REFERRED = "referred"
    DUPLICATED = "duplicated"
    HELD = "held"


class Flaw(StrEnum):
    """What is wrong with a value that cannot be read."""

    NOT_JSON = "not-json"
    CUT_OFF = "cut-off"
    EMPTY = "empty"
    NULL = "null"
    NO_KEY = "no-key"
    FIELD_MISSING = "field-missing"
    FIELD_WRONG = "field-wrong"
    FOREIGN_SOURCE = "foreign-source"
    FOREIGN_TYPE = "foreign-type"
    UNKNOWN_TYPE = "unknown-type"


@dataclass(frozen=True, slots=True)
class Telling:
    """One value on one feed's topic. `odd_headers`: it carries headers that are no text, and is valid all the same."""

    at: datetime
    channel: Channel
    notice: NotificationReceived
    outcome: Outcome
    cohort: Cohort | None = None
    reason: RefusalReason | None = None
    flaw: Flaw | None = None
    odd_headers: bool = False

    @property
    def day(self) -> date:
        return london_day(self.at)

    @property
    def reference(self) -> str:
        return self.notice.reference


@dataclass(frozen=True, slots=True)
class TravelTelling:
    """One notice on one sender's topic."""

    at: datetime
    sender: Sender
    notice: TravelNoticeReceived

    @property
    def day(self) -> date:
        return london_day(self.at)


@dataclass(frozen=True, slots=True)
class Answer:
    """`force` accepts or declines whom it was asked about; it knows the person by the landing day alone."""

    at: datetime
    force: str
    landing_day: date
    decline: DeclineReason | None = None

    @property
    def day(self) -> date:
        return london_day(self.at)


@dataclass(frozen=True, slots=True)
class Decision:
    """A person decides a referred notification: refuses it, or with no reason has the record created."""

    day: date
    channel: Channel
    reference: str
    cohort: Cohort
    refusal: RefusalReason | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A person closes the record that was created for this notification."""

    day: date
    channel: Channel
    reference: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Offer:
    """A person has `force` asked to take on whom this notification was about."""

    day: date
    channel: Channel
    reference: str
    force: str


@dataclass(frozen=True, slots=True)
class Script:
    """Everything that happens, each part in the order of its times."""

    tellings: tuple[Telling, ...] = ()
    travels: tuple[TravelTelling, ...] = ()
    answers: tuple[Answer, ...] = ()
    decisions: tuple[Decision, ...] = ()
    closures: tuple[Closure, ...] = ()
    offers: tuple[Offer, ...] = ()


def together(parts: Iterable[Script]) -> Script:
    """One script of several, each kind of happening sorted by when it happens."""
    found = list(parts)
    return Script(
        tellings=tuple(sorted((each for part in found for each in part.tellings), key=lambda each: each.at)),
        travels=tuple(sorted((each for part in found for each in part.travels), key=lambda each: each.at)),
        answers=tuple(sorted((each for part in found for each in part.answers), key=lambda each: each.at)),
        decisions=tuple(sorted((each for part in found for each in part.decisions), key=lambda each: each.day)),
        closures=tuple(sorted((each for part in found for each in part.closures), key=lambda each: each.day)),
        offers=tuple(sorted((each for part in found for each in part.offers), key=lambda each: each.day)),
    )


def by_day(script: Script) -> dict[date, Script]:
    """The script cut into Europe/London days; a day on which nothing happens is absent."""
    found: dict[date, dict[str, list[Any]]] = {}
    for field in fields(Script):
        for each in getattr(script, field.name):
            found.setdefault(each.day, {}).setdefault(field.name, []).append(each)
    return {day: Script(**{name: tuple(each) for name, each in named.items()}) for day, named in found.items()}
