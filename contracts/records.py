"""What happens to a record, from its creation until a force manages the person or the record is closed."""

from datetime import date
from uuid import UUID

from contracts.codes import CloseReason, Cohort
from contracts.fact import Fact
from contracts.identifiers import ForceSlug


class RecordCreated(Fact, type="record-created.v1", family="records", subject="record_id"):
    """A person convicted overseas is now managed here. This fact alone counts creations."""

    record_id: UUID
    cohort: Cohort


class RecordAmended(Fact, type="record-amended.v1", family="records", subject="record_id"):
    """A further conviction was put on the record."""

    record_id: UUID


class TravelExpected(Fact, type="travel-expected.v1", family="records", subject="record_id"):
    """The person is expected to land on `landing_day` (Europe/London), bound for the area of `force` where that is known."""

    record_id: UUID
    travel_id: UUID
    landing_day: date
    force: ForceSlug | None


class RecordTransferred(Fact, type="record-transferred.v1", family="records", subject="record_id"):
    """`force` manages the person from `effective_day`. This fact alone counts transfers, by that day."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug
    effective_day: date


class RecordClosed(Fact, type="record-closed.v1", family="records", subject="record_id"):
    """The record was closed without a transfer."""

    record_id: UUID
    reason: CloseReason
