"""Decides whether somebody expected to land is a person whose record is here; whoever is not sure to be waits for a person, by landing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.codes import ReferralReason, Sender
from contracts.fact import Fact
from contracts.records import TravelExpected
from contracts.travel_notices import TravelNoticeReceived
from services.records.identity import IdentityKeys
from services.records.recognition import recognise
from services.records.register import KnownRecord, Register


class Doubt(StrEnum):
    """Why a travel notice waits for a person."""

    NO_NUMBERS = "no-numbers"
    NOBODY_KNOWN = "nobody-known"
    IDENTITY_CONTRADICTED = "identity-contradicted"
    IDENTIFIERS_OF_TWO_RECORDS = "identifiers-of-two-records"
    RECORD_NOT_WITH_ACRO = "record-not-with-acro"
    CONTRADICTS_EARLIER_TELLING = "contradicts-earlier-telling"


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """One telling of a travel notice, heard on `day`; `landing_day` is in London too, `numbers` are keyed hashes."""

    notice: TravelNoticeReceived
    sender: Sender
    day: date
    landing_day: date
    reference_key: bytes
    content_key: bytes
    numbers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class NoticeOutcome:
    """What a travel notice came to: a record, or a doubt."""

    told: ToldNotice
    travel_id: UUID
    telling: int
    record: KnownRecord | None
    doubt: Doubt | None


@dataclass(slots=True)
class TravelRegister:
    """Earlier tellings by reference key, as content keys, and the part of the register that the travellers' numbers touch."""

    people: Register
    tellings: dict[bytes, list[bytes]] = field(default_factory=dict)
    outcomes: list[NoticeOutcome] = field(default_factory=list)

    @property
    def new_id(self) -> Callable[[], UUID]:
        return self.people.new_id


def decide(told: ToldNotice, register: TravelRegister) -> list[Fact]:
    """Decide on one telling; the same told again says nothing new."""
    earlier = register.tellings.setdefault(told.reference_key, [])
    if told.content_key in earlier:
        return []
    found = Doubt.CONTRADICTS_EARLIER_TELLING if earlier else _traveller(told, register)
    record, doubt = (None, found) if isinstance(found, Doubt) else (found, None)
    earlier.append(told.content_key)
    travel_id = register.new_id()
    register.outcomes.append(NoticeOutcome(told, travel_id, len(earlier), record, doubt))
    if record is None:
        return []
    force = told.notice.destination_force
    return [TravelExpected(record_id=record.record_id, travel_id=travel_id, landing_day=told.landing_day, force=force)]


def _traveller(told: ToldNotice, register: TravelRegister) -> KnownRecord | Doubt:
    if not told.numbers:
        return Doubt.NO_NUMBERS
    found = recognise(IdentityKeys(told.numbers), told.notice.traveller.birth_date, register.people)
    if found is None:
        return Doubt.NOBODY_KNOWN
    return Doubt(found.value) if isinstance(found, ReferralReason) else found
