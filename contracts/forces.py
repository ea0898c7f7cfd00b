"""The police forces of the United Kingdom, and which of them take handovers: everything about a force comes from `forces.csv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

PNC_CODE_DIGITS = 2


class UnknownForceError(LookupError):
    """No force is known by this name. Nothing is ever sent to a default force instead."""


@dataclass(frozen=True)
class Force:
    """One force or agency.

    slug: the name it has on topics (data.police.uk; `police-scotland` is ours); None for those that take no handovers.
    pnc_codes: two-digit strings, of which the Metropolitan Police has two and Police Scotland none.
    ons_code: E23... or W15... in England and Wales, otherwise None.
    """

    slug: str | None
    name: str
    nation: str
    pnc_codes: tuple[str, ...]
    ons_code: str | None
    takes_handovers: bool


def _force(row: Mapping[str, str]) -> Force:
    return Force(
        slug=row["slug"] or None,
        name=row["name"],
        nation=row["nation"],
        pnc_codes=tuple(row["pnc_codes"].split()),
        ons_code=row["ons_code"] or None,
        takes_handovers=row["takes_handovers"] == "yes",
    )


@cache
def forces() -> tuple[Force, ...]:
    """Every row of the packaged list, in its order."""
    text = files("contracts").joinpath("forces.csv").read_text(encoding="utf-8")
    return tuple(_force(row) for row in csv.DictReader(text.splitlines()))


@cache
def _by_slug() -> Mapping[str, Force]:
    return MappingProxyType({force.slug: force for force in forces() if force.slug is not None})


@cache
def _by_pnc_code() -> Mapping[str, Force]:
    return MappingProxyType({code: force for force in forces() for code in force.pnc_codes})


def by_slug(slug: str) -> Force:
    """The force with this slug.

    Raises:
        UnknownForceError: there is none; a near miss is a miss.
    """
    force = _by_slug().get(slug)
    if force is None:
        message = "no force has this slug: use one from contracts/forces.csv, exactly as it is written there"
        raise UnknownForceError(message)
    return force


def by_pnc_code(code: str) -> Force:
    """The force or agency with this PNC code, two digits, or three with a leading zero as court systems pad them.

    PNC codes only: the road accident statistics (STATS19) give the numbers 91 to 99 to other forces.

    Raises:
        UnknownForceError: no force has the code, or it lost its leading zero.
    """
    short = code[1:] if len(code) == PNC_CODE_DIGITS + 1 and code.startswith("0") else code
    force = _by_pnc_code().get(short)
    if force is None:
        message = "no force has this PNC code: it has two digits with the leading zero, and contracts/forces.csv lists them all"
        raise UnknownForceError(message)
    return force


# Read once at import: the catalogue names a topic for each of these, and a topic list that appears later is no contract.
TAKING_HANDOVERS: tuple[str, ...] = tuple(force.slug for force in forces() if force.takes_handovers and force.slug is not None)
