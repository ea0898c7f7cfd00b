"""What an overseas feed tells: one conviction of one person, in the shape of the ECRIS notification."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from contracts.codes import Disposal, Finding, IdentifierKind, Sex, UkLink
from contracts.fact import Fact, Part
from contracts.identifiers import CountryCode, OffenceCategory, PartialDate, canonical_pnc_id
from contracts.limits import NO_CONTROL, NO_NUL, Day

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
Reference = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_CONTROL)]


class Identifier(Part):
    """One number of one person. A PNC ID is checked and made canonical; the others keep the issuer's own form."""

    kind: IdentifierKind
    value: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_CONTROL)]

    @field_validator("value")
    @classmethod
    def _check_a_pnc_id(cls, value: str, info: ValidationInfo) -> str:
        return canonical_pnc_id(value) if info.data.get("kind") is IdentifierKind.PNC else value


class Person(Part):
    """Who was convicted, as far as the sending state knows."""

    forenames: tuple[Name, ...] = ()
    surname: Name | None = None
    sex: Sex = Sex.UNKNOWN
    birth_date: PartialDate | None = None
    nationalities: tuple[CountryCode, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    uk_link: UkLink = UkLink.NONE
    deceased: bool = False


class Offence(Part):
    """One offence by its common category, six digits as `1001 00` (code tables of Council Decision 2009/316/JHA)."""

    category: OffenceCategory


class Sanction(Part):
    """One disposal; `months` is the length imposed, not the time served (section 82)."""

    disposal: Disposal
    months: Annotated[int, Field(ge=0, le=1200)] | None = None
    suspended: bool = False


class Conviction(Part):
    """One decision of a foreign court."""

    country: CountryCode
    decided_on: Day
    final_on: Day | None = None
    finding: Finding = Finding.CONVICTED
    annulled: bool = False
    transmittable: bool = True
    offences: tuple[Offence, ...]
    sanctions: tuple[Sanction, ...] = ()


class NotificationReceived(Fact, type="notification-received.v1", family="notifications", subject="reference"):
    """A state notifies a conviction. `reference` is the feed's own; the channel is known from the topic alone."""

    reference: Reference
    receiving_state: CountryCode
    person: Person
    conviction: Conviction
