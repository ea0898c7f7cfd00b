"""What happens to a record, as far as it matters to who takes the person on."""

from dataclasses import replace
from datetime import date

from contracts.codes import WithdrawalReason
from contracts.fact import Fact
from contracts.handovers import HandoverWithdrawn
from contracts.records import RecordAmended, RecordClosed, RecordCreated, RecordTransferred, TravelExpected
from services.handover import notices, offer
from services.handover.caseload import Case, Caseload, CaseState, HandoverState

RecordFact = RecordCreated | RecordAmended | TravelExpected | RecordTransferred | RecordClosed


def decide(fact: RecordFact, day: date, caseload: Caseload) -> list[Fact]:
    """What `fact`, heard on `day`, means for the case of its record.

    Raises:
        KeyError: the record was never created, which the order of its topic rules out.
    """
    match fact:
        case RecordCreated():
            if fact.record_id not in caseload.cases:
                caseload.put(Case(fact.record_id, fact.cohort))
            return []
        case TravelExpected():
            return offer.on_travel(fact, day, caseload)
        case RecordClosed():
            return _close(fact, day, caseload)
        case RecordAmended() | RecordTransferred():
            return []


def _close(fact: RecordClosed, day: date, caseload: Caseload) -> list[Fact]:
    """A closed record takes an open offer with it; a force that manages the person already goes on doing so."""
    case = caseload.cases[fact.record_id]
    match case.state:
        case CaseState.MANAGED | CaseState.WAITING:
            caseload.put(replace(case, state=CaseState.CLOSED))
            return []
        case CaseState.OFFERED | CaseState.ACCEPTED:
            return _withdraw(case, day, caseload)
        case CaseState.TRANSFERRED | CaseState.CLOSED:
            return []


def _withdraw(case: Case, day: date, caseload: Caseload) -> list[Fact]:
    handover = caseload.latest(case)
    if handover is None:
        return []
    reason = WithdrawalReason.RECORD_CLOSED
    gone = replace(handover, state=HandoverState.WITHDRAWN, withdrawn_day=day, reason=reason)
    caseload.move(gone)
    told = HandoverWithdrawn(record_id=case.record_id, handover_id=gone.handover_id, force=gone.force, reason=reason)
    return [told, notices.withdrawn(gone)]
