"""Every figure of the year as the script alone says it must be, computed without any service."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.codes import Channel, Cohort
from simulators.counting import MonthOfChecks, by_month, check, month_of
from simulators.days import YEAR_BEGINS, YEAR_ENDS, days
from simulators.script import Decision, Outcome, Script

Creation = tuple[date, Cohort]

ENDED = {
    Outcome.CREATED: "accepted",
    Outcome.AMENDED: "accepted",
    Outcome.REFUSED: "refused",
    Outcome.REFERRED: "referred",
    Outcome.DUPLICATED: "duplicated",
    Outcome.HELD: "held",
}
WAYS = ("accepted", "refused", "referred", "duplicated", "held")


@dataclass(frozen=True, slots=True)
class Year:
    """Records managed, from 1 April to 31 March."""

    opening: int
    created: int
    transferred: int
    closed: int
    returned: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.created + self.returned - self.transferred - self.closed

    @property
    def change_percent(self) -> int:
        """Rounded half up, as the report prints it."""
        return int((self.closing - self.opening) * 100 / self.opening + 0.5)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`channels` counts each channel's tellings of the year by the way they ended; `refusals` by channel and reason."""

    year: Year
    checks: tuple[MonthOfChecks, ...]
    channels: dict[Channel, Counter[str]]
    refusals: dict[Channel, Counter[str]]
    forces: Counter[str]


def expected(script: Script) -> Expectation:
    """What must be read from statistics when the script has been played."""
    creations = _creations(script)
    forces = _transfers(script)
    ways, refusals = _channels(script)
    return Expectation(
        year=Year(
            opening=sum(day < YEAR_BEGINS for day, _ in creations),
            created=sum(YEAR_BEGINS <= day <= YEAR_ENDS for day, _ in creations),
            transferred=forces.total(),
            closed=sum(YEAR_BEGINS <= each.day <= YEAR_ENDS for each in script.closures),
        ),
        checks=by_month((check(day, cohort, YEAR_ENDS) for day, cohort in creations), _months()),
        channels=ways,
        refusals=refusals,
        forces=forces,
    )


def _months() -> Iterable[str]:
    return dict.fromkeys(month_of(day) for day in days(YEAR_BEGINS, YEAR_ENDS))


def _creations(script: Script) -> list[Creation]:
    at_once = [(each.day, each.cohort) for each in script.tellings if each.cohort is not None and each.outcome is Outcome.CREATED]
    return at_once + [(each.day, each.cohort) for each in script.decisions if each.refusal is None]


def _transfers(script: Script) -> Counter[str]:
    """By force: whoever was accepted and has landed; the landing never lies before the acceptance."""
    return Counter(each.force for each in script.answers if each.decline is None and YEAR_BEGINS <= each.landing_day <= YEAR_ENDS)


def _channels(script: Script) -> tuple[dict[Channel, Counter[str]], dict[Channel, Counter[str]]]:
    decided = {(each.channel, each.reference): each for each in script.decisions}
    ways: dict[Channel, Counter[str]] = {channel: Counter() for channel in Channel}
    refusals: dict[Channel, Counter[str]] = {channel: Counter() for channel in Channel}
    for each in script.tellings:
        if not YEAR_BEGINS <= each.day <= YEAR_ENDS:
            continue
        decision = decided.get((each.channel, each.reference)) if each.outcome is Outcome.REFERRED else None
        way, reason = (ENDED[each.outcome], each.reason) if decision is None else _decided(decision)
        ways[each.channel][way] += 1
        if reason is not None:
            refusals[each.channel][reason] += 1
    return ways, refusals


def _decided(decision: Decision) -> tuple[str, str | None]:
    return ("accepted", None) if decision.refusal is None else ("refused", decision.refusal)
