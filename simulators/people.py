"""Synthetic people: names nobody bears, numbers nobody issued, each person known apart from every other by all of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from contracts.codes import Cohort, IdentifierKind, Sex, UkLink
from contracts.identifiers import PartialDate, check_letter
from contracts.notifications import Identifier, Person

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "we")
FORENAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Theta", "Kappa", "Lambda", "Omicron", "Sigma", "Tau")
MALE_SHARE, DUAL_SHARE = 0.95, 0.05
OLDEST, YOUNGEST = date(1950, 1, 1), date(1984, 12, 31)


@dataclass(frozen=True, slots=True)
class Subject:
    """One synthetic person; `number` tells each from all others of the scenario."""

    number: int
    cohort: Cohort
    person: Person

    @property
    def passport(self) -> Identifier:
        return self.person.identifiers[0]


def surname(number: int) -> str:
    """`Zynbabacedifo`: five syllables for the number behind a beginning that no family has."""
    digits = [number >> 4 * place & 15 for place in range(5)]
    return "Zyn" + "".join(SYLLABLES[digit] for digit in reversed(digits))


def pnc_id(number: int) -> str:
    """A PNC ID whose check letter fits."""
    year, serial = 1990 + number % 30, f"{number:07}"
    return f"{year}/{serial}{check_letter(f'{year % 100:02}{serial}')}"


def subject(number: int, cohort: Cohort, country: str, draws: Random) -> Subject:
    """An adult convicted in `country`: a UK national (some of them of that country too), or its own with a link to the UK.

    The passport always comes first among the identifiers.
    """
    british = cohort is Cohort.UKSO
    dual = british and draws.random() < DUAL_SHARE
    person = Person(
        forenames=(draws.choice(FORENAMES),),
        surname=surname(number),
        sex=Sex.MALE if draws.random() < MALE_SHARE else Sex.FEMALE,
        birth_date=birth_date(draws),
        nationalities=("GB", country) if dual else ("GB",) if british else (country,),
        identifiers=_identifiers(number, country, draws, british=british),
        uk_link=UkLink.NONE if british else draws.choice((UkLink.RESIDENCE, UkLink.FAMILY, UkLink.VISA)),
    )
    return Subject(number, cohort, person)


def birth_date(draws: Random) -> PartialDate:
    """A full date between 1950 and 1984, so that age is never in doubt."""
    return PartialDate(str(OLDEST + timedelta(days=draws.randrange((YOUNGEST - OLDEST).days))))


def _identifiers(number: int, country: str, draws: Random, *, british: bool) -> tuple[Identifier, ...]:
    found = [
        Identifier(kind=IdentifierKind.PASSPORT, value=f"SYN{number:07}"),
        Identifier(kind=IdentifierKind.ECRIS, value=f"{country}-SYN-{number:09}"),
        Identifier(kind=IdentifierKind.INTERPOL, value=f"SYN/{number:07}"),
        Identifier(kind=IdentifierKind.PNC, value=pnc_id(number)),
    ]
    shares = (0.7, 0.3, 0.4 if british else 0.0)
    return (found[0], *(each for each, share in zip(found[1:], shares, strict=True) if draws.random() < share))
