"""What outsiders tell, built so that a test shows only what matters to it: by default a notification that becomes a record."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from contracts.codes import Disposal, Finding, IdentifierKind, UkLink
from contracts.identifiers import PartialDate
from contracts.notifications import Conviction, Identifier, NotificationReceived, Offence, Person, Sanction
from contracts.travel_notices import Traveller, TravelNoticeReceived

TOLD_ON = date(2021, 6, 1)
"""The day on which notifications are told in tests, where no other day is said."""

EIGHT_YEARS = Sanction(disposal=Disposal.IMPRISONMENT, months=96)


def imprisoned(months: int | None, *, suspended: bool = False) -> Sanction:
    return Sanction(disposal=Disposal.IMPRISONMENT, months=months, suspended=suspended)


def numbers(
    passport: str | None = None, ecris: str | None = None, interpol: str | None = None, pnc: str | None = None
) -> tuple[Identifier, ...]:
    """The numbers that are given, as a notification or a travel notice holds them."""
    given = {IdentifierKind.PASSPORT: passport, IdentifierKind.ECRIS: ecris, IdentifierKind.INTERPOL: interpol, IdentifierKind.PNC: pnc}
    return tuple(Identifier(kind=kind, value=value) for kind, value in given.items() if value is not None)


def a_person(  # noqa: PLR0913 - each test names the one or two it is about
    *,
    forenames: Sequence[str] = ("Testa",),
    surname: str | None = "Zynbabaceda",
    born: str | None = "1971-03-14",
    nationalities: Sequence[str] = ("GB",),
    identifiers: tuple[Identifier, ...] | None = None,
    uk_link: UkLink = UkLink.NONE,
    deceased: bool = False,
) -> Person:
    return Person(
        forenames=tuple(forenames),
        surname=surname,
        birth_date=None if born is None else PartialDate(born),
        nationalities=tuple(nationalities),
        identifiers=numbers(passport="SYN0000001") if identifiers is None else identifiers,
        uk_link=uk_link,
        deceased=deceased,
    )


def a_conviction(  # noqa: PLR0913 - each test names the one or two it is about
    *,
    country: str = "FR",
    decided_on: date = date(2020, 9, 7),
    final_on: date | None = date(2020, 10, 7),
    finding: Finding = Finding.CONVICTED,
    annulled: bool = False,
    transmittable: bool = True,
    categories: Sequence[str] = ("1001 00",),
    sanctions: Sequence[Sanction] = (EIGHT_YEARS,),
) -> Conviction:
    return Conviction(
        country=country,
        decided_on=decided_on,
        final_on=final_on,
        finding=finding,
        annulled=annulled,
        transmittable=transmittable,
        offences=tuple(Offence(category=each) for each in categories),
        sanctions=tuple(sanctions),
    )


def a_notification(
    reference: str = "SYN-000001", *, receiving_state: str = "GB", person: Person | None = None, conviction: Conviction | None = None
) -> NotificationReceived:
    """A British adult, known by one passport, sentenced to eight years for rape in France."""
    return NotificationReceived(
        reference=reference, receiving_state=receiving_state, person=person or a_person(), conviction=conviction or a_conviction()
    )


def a_travel_notice(  # noqa: PLR0913 - each test names the one or two it is about
    reference: str = "SYN-T-0001",
    *,
    identifiers: tuple[Identifier, ...] | None = None,
    born: str | None = "1971-03-14",
    landing_at: datetime = datetime(2021, 7, 9, 14, 20, tzinfo=UTC),
    port: str = "LHR",
    destination_force: str | None = "cleveland",
) -> TravelNoticeReceived:
    """The person of `a_notification`, bound for the area of Cleveland Police."""
    traveller = Traveller(
        forenames=("Testa",),
        surname="Zynbabaceda",
        birth_date=None if born is None else PartialDate(born),
        identifiers=numbers(passport="SYN0000001") if identifiers is None else identifiers,
    )
    return TravelNoticeReceived(
        reference=reference, traveller=traveller, landing_at=landing_at, port=port, destination_force=destination_force
    )
