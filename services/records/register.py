"""What decisions are made on and folded into: the part of the register that a batch touches, and what has to be saved of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.codes import Channel, CloseReason, Cohort, ReferralReason, RefusalReason
from contracts.identifiers import PartialDate
from contracts.notifications import NotificationReceived
from services.records.identity import IdentityKeys

Grounds = RefusalReason | ReferralReason | None


class NotificationState(StrEnum):
    """What became of one telling. `duplicated`: the conviction was on the record already, told under another reference."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFERRED = "referred"
    DUPLICATED = "duplicated"


class RecordState(StrEnum):
    """Who answers for the person: ACRO, a force, or nobody any more."""

    MANAGED = "managed"
    TRANSFERRED = "transferred"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ConvictionKeys:
    """Keyed hashes by which a conviction is met again: country and day of the decision, and these with the categories of its offences."""

    court_day: bytes = b""
    whole: bytes = b""


@dataclass(frozen=True, slots=True)
class Told:
    """One telling of a notification, with keyed hashes for whatever has to be found again.

    `grounds` is what the notification says against itself (see notification_decision.on_its_face). `held_as` is the id under which
    this telling was said to be held, if it was: what becomes of it now is said under the same.
    """

    notification: NotificationReceived
    channel: Channel
    day: date
    reference_key: bytes
    content_key: bytes
    conviction: ConvictionKeys
    identity: IdentityKeys
    grounds: Grounds
    held_as: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one telling came to. `telling` counts those of one reference: 1, 2, 3 ..."""

    told: Told
    notification_id: UUID
    telling: int
    state: NotificationState
    reason: RefusalReason | ReferralReason | None = None
    record_id: UUID | None = None


@dataclass(slots=True)
class KnownRecord:
    """One record as decisions see it. `convictions` names the notification that brought each; `wrapped_key` is the store's.

    `court_days` are those on which it has some conviction.
    """

    record_id: UUID
    cohort: Cohort
    state: RecordState = RecordState.MANAGED
    birth_date: PartialDate | None = None
    convictions: dict[bytes, UUID] = field(default_factory=dict)
    court_days: set[bytes] = field(default_factory=set)
    handover_id: UUID | None = None
    close_reason: CloseReason | None = None
    wrapped_key: bytes | None = None


@dataclass(slots=True)
class Register:
    """The tellings, records and numbers that a batch touches. Both ways in, feeds and people, decide on it.

    tellings: reference key to (content key, notification id), oldest first. holders: number to the record it is on.
    """

    new_id: Callable[[], UUID]
    tellings: dict[bytes, list[tuple[bytes, UUID]]] = field(default_factory=dict)
    records: dict[UUID, KnownRecord] = field(default_factory=dict)
    holders: dict[bytes, UUID] = field(default_factory=dict)
    namesakes: dict[bytes, UUID] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    created: list[KnownRecord] = field(default_factory=list)
    new_numbers: list[tuple[bytes, UUID]] = field(default_factory=list)
    new_namesakes: list[tuple[bytes, UUID]] = field(default_factory=list)
    new_convictions: list[tuple[UUID, bytes, bytes, UUID]] = field(default_factory=list)
    narrowed: dict[UUID, PartialDate] = field(default_factory=dict)
