"""Every figure of the year by name: as statistics answer it, as the script says it must be, and as it was published."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulators.desk import Desk
from simulators.expectation import WAYS, Expectation

Figures = dict[str, int | str]

YEAR = "2021-22"
MONTHS = {"from": "2021-04", "to": "2022-03"}
DAYS = {"from": "2021-04-01", "to": "2022-03-31"}

STOCK = ("opening", "created", "returned", "transferred", "closed", "closing", "change_percent")
CHECKS = ("opened", "rule_a", "rule_b", "published")

# ACRO's annual report 2021-22: 2,147 managed on 31 March 2022, 2 % more than a year before; 263 created, 166 transferred.
PUBLISHED: Figures = {"closing": 2147, "change_percent": 2, "created": 263, "transferred": 166}


class Origin(StrEnum):
    """Where a figure comes from: printed by ACRO, computed from what is printed, or made up for this scenario."""

    PUBLISHED = "published"
    DERIVED = "derived"
    SYNTHETIC = "synthetic"


DERIVED = ("opening", "closed", "returned")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not what it must be."""

    name: str
    read: int | str | None
    wanted: int | str | None
    by: str

    def __str__(self) -> str:
        return f"{self.name}: statistics say {self.read}, the {self.by} says {self.wanted}"


def origin(name: str) -> Origin:
    if name in PUBLISHED:
        return Origin.PUBLISHED
    return Origin.DERIVED if name in DERIVED else Origin.SYNTHETIC


async def read(desk: Desk) -> Figures:
    """Everything that is compared, asked of statistics over HTTP."""
    year = await desk.call("stats", "GET", f"/years/{YEAR}")
    checks = await desk.call("stats", "GET", "/intelligence-checks", params=MONTHS)
    channels = await desk.call("stats", "GET", "/channels", params=DAYS)
    forces = await desk.call("stats", "GET", "/transfers", params=DAYS)
    found: Figures = {name: year[name] for name in STOCK} | {"balances": str(year["balances"])}
    for month in checks["months"]:
        found |= {f"checks {month['month']} {each}": month[each] for each in CHECKS}
        found[f"checks {month['month']} mark"] = month["break_mark"]
    for channel in channels["channels"]:
        found |= dict(_channel(channel["channel"], channel, channel["refusals"]))
        found[f"channel {channel['channel']} sent"] = channel["total"]
    return found | {f"transferred to {force}": number for force, number in forces["forces"].items()}


def expected(expectation: Expectation) -> Figures:
    """The same figures, from the script alone."""
    found: Figures = {name: getattr(expectation.year, name) for name in STOCK} | {"balances": str(True)}
    for month in expectation.checks:
        found |= {f"checks {month.month} {each}": getattr(month, each) for each in CHECKS}
        found[f"checks {month.month} mark"] = month.mark
    for channel, ways in expectation.channels.items():
        found |= dict(_channel(channel, ways, expectation.refusals[channel]))
        found[f"channel {channel} sent"] = ways.total()
    return found | {f"transferred to {force}": number for force, number in expectation.forces.items()}


def _channel(channel: str, ways: Any, refusals: Any) -> Iterator[tuple[str, int]]:
    yield from ((f"channel {channel} {way}", ways[way]) for way in WAYS)
    yield from ((f"channel {channel} refused, {reason}", number) for reason, number in refusals.items())


def differences(found: Figures, wanted: Figures) -> list[Difference]:
    """Every figure that is not what the script says, or not what was published."""
    names = dict.fromkeys((*wanted, *found))
    from_script = [Difference(each, found.get(each), wanted.get(each), "script") for each in names if found.get(each) != wanted.get(each)]
    wrong = [(each, number) for each, number in PUBLISHED.items() if found.get(each) != number]
    return from_script + [Difference(each, found.get(each), number, "annual report") for each, number in wrong]
