"""What a ledger of movements is made of: things counted once, each taken back by its exact opposite and never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Measure(StrEnum):
    """What is counted. `returned` has no fact yet and is 0 until it has one."""

    CREATED = "created"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFERRED = "referred"
    DUPLICATED = "duplicated"
    HELD = "held"
    CHECK_OPENED = "check-opened"
    REPORT_SENT = "report-sent"
    HANDOVER_OFFERED = "handover-offered"
    HANDOVER_ACCEPTED = "handover-accepted"
    HANDOVER_DECLINED = "handover-declined"
    HANDOVER_WITHDRAWN = "handover-withdrawn"
    HANDOVER_EFFECTIVE = "handover-effective"


OUTCOMES = frozenset({Measure.ACCEPTED, Measure.REFUSED, Measure.REFERRED, Measure.DUPLICATED, Measure.HELD})
ARRIVALS = frozenset({Measure.CREATED, Measure.RETURNED})
DEPARTURES = frozenset({Measure.TRANSFERRED, Measure.CLOSED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing counted: about whom, on which Europe/London day, and the dimensions it is broken down by."""

    subject: UUID
    measure: Measure
    day: date
    channel: str | None = None
    reason: str | None = None
    cohort: str | None = None
    force: str | None = None
    opened_day: date | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry counted (+1) or taken back (-1) by one line of one fact; `known` is when the fact's owner committed it."""

    entry: Entry
    amount: int
    known: datetime
    fact_id: UUID
    line: int


class Standing:
    """What stands in the ledger about some subjects and may still be taken back; what is decided is folded in."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = {(entry.subject, entry.measure in OUTCOMES): entry for entry in entries}

    def outcome(self, notification_id: UUID) -> Entry | None:
        """What this telling counts as so far."""
        return self._entries.get((notification_id, True))

    def departure(self, record_id: UUID) -> Entry | None:
        """How this record has left the stock, if it has."""
        return self._entries.get((record_id, False))

    def put(self, entry: Entry) -> None:
        self._entries[entry.subject, entry.measure in OUTCOMES] = entry
