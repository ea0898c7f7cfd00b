"""Decides how ACRO's management of a record ends: a force takes the person over, or the record is closed."""

from collections.abc import Mapping
from typing import assert_never
from uuid import UUID

from contracts.codes import CloseReason
from contracts.fact import Fact
from contracts.handovers import HandoverAccepted, HandoverDeclined, HandoverEffective, HandoverOffered, HandoverWithdrawn
from contracts.records import RecordClosed, RecordTransferred
from services.records.register import KnownRecord, RecordState

HandoverFact = HandoverOffered | HandoverAccepted | HandoverDeclined | HandoverWithdrawn | HandoverEffective


class ImpossibleHandoverError(ValueError):
    """A handover took effect that cannot have: nobody knows the record, or another force has it. It is held for an operator."""


def after_handover(fact: HandoverFact, records: Mapping[UUID, KnownRecord]) -> list[Fact]:
    """What a handover means for the record. Only its taking effect means anything here, and it wins over a closure.

    Raises:
        ImpossibleHandoverError: see there.
    """
    match fact:
        case HandoverEffective():
            return _transferred(fact, records)
        case HandoverOffered() | HandoverAccepted() | HandoverDeclined() | HandoverWithdrawn():
            return []
        case _:
            assert_never(fact)


def close(record: KnownRecord, reason: CloseReason) -> list[Fact] | None:
    """Close a record that ACRO manages; None if a force manages the person or it is closed already."""
    if record.state is not RecordState.MANAGED:
        return None
    record.state = RecordState.CLOSED
    return [RecordClosed(record_id=record.record_id, reason=reason)]


def _transferred(fact: HandoverEffective, records: Mapping[UUID, KnownRecord]) -> list[Fact]:
    record = records.get(fact.record_id)
    if record is None:
        message = f"handover {fact.handover_id} took effect for a record that is not here"
        raise ImpossibleHandoverError(message)
    if record.state is RecordState.TRANSFERRED:
        message = f"handover {fact.handover_id} took effect for a record that handover {record.handover_id} had transferred"
        raise ImpossibleHandoverError(message)
    record.state, record.handover_id = RecordState.TRANSFERRED, fact.handover_id
    return [
        RecordTransferred(record_id=fact.record_id, handover_id=fact.handover_id, force=fact.force, effective_day=fact.effective_day),
    ]
