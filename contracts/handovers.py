"""Which force takes a person on: offered, answered, effective. Handover alone says so, on its own locked row."""

from datetime import date
from uuid import UUID

from contracts.codes import DeclineReason, WithdrawalReason
from contracts.fact import Fact
from contracts.identifiers import ForceSlug


class HandoverOffered(Fact, type="handover-offered.v1", family="handovers", subject="record_id"):
    """`force` was asked to take the person on, who lands on `landing_day`."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug
    landing_day: date


class HandoverAccepted(Fact, type="handover-accepted.v1", family="handovers", subject="record_id"):
    """`force` takes the person on."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug


class HandoverDeclined(Fact, type="handover-declined.v1", family="handovers", subject="record_id"):
    """`force` does not take the person on, for one reason."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug
    reason: DeclineReason


class HandoverWithdrawn(Fact, type="handover-withdrawn.v1", family="handovers", subject="record_id"):
    """The offer no longer stands: the record was closed before the handover took effect."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug
    reason: WithdrawalReason


class HandoverEffective(Fact, type="handover-effective.v1", family="handovers", subject="record_id"):
    """From `effective_day` `force` manages the person, and nobody else does."""

    record_id: UUID
    handover_id: UUID
    force: ForceSlug
    effective_day: date
