"""How ACRO's management of a record ends."""

from datetime import date

import pytest

from chassis.ids import uuid7
from contracts.codes import CloseReason, Cohort, DeclineReason, WithdrawalReason
from contracts.handovers import HandoverAccepted, HandoverDeclined, HandoverEffective, HandoverOffered, HandoverWithdrawn
from contracts.records import RecordClosed, RecordTransferred
from services.records.record_decision import HandoverFact, ImpossibleHandoverError, after_handover, close
from services.records.register import KnownRecord, RecordState

RECORD, HANDOVER, DAY = uuid7(), uuid7(), date(2021, 8, 2)
EFFECTIVE = HandoverEffective(record_id=RECORD, handover_id=HANDOVER, force="cleveland", effective_day=DAY)


def _record(state: RecordState = RecordState.MANAGED) -> KnownRecord:
    return KnownRecord(RECORD, Cohort.UKSO, state)


@pytest.mark.parametrize("state", [RecordState.MANAGED, RecordState.CLOSED])
def test_a_handover_that_takes_effect_transfers_the_record_even_a_closed_one(state: RecordState) -> None:
    record = _record(state)

    facts = after_handover(EFFECTIVE, {RECORD: record})

    assert facts == [RecordTransferred(record_id=RECORD, handover_id=HANDOVER, force="cleveland", effective_day=DAY)]
    assert record.state is RecordState.TRANSFERRED


@pytest.mark.parametrize(
    "fact",
    [
        HandoverOffered(record_id=RECORD, handover_id=HANDOVER, force="cleveland", landing_day=DAY),
        HandoverAccepted(record_id=RECORD, handover_id=HANDOVER, force="cleveland"),
        HandoverDeclined(record_id=RECORD, handover_id=HANDOVER, force="cleveland", reason=DeclineReason.NOT_IN_OUR_AREA),
        HandoverWithdrawn(record_id=RECORD, handover_id=HANDOVER, force="cleveland", reason=WithdrawalReason.RECORD_CLOSED),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_nothing_but_its_taking_effect_changes_the_record(fact: HandoverFact) -> None:
    record = _record()

    assert after_handover(fact, {RECORD: record}) == []
    assert record.state is RecordState.MANAGED


def test_a_handover_of_a_record_that_is_not_here_cannot_be() -> None:
    with pytest.raises(ImpossibleHandoverError, match="not here"):
        after_handover(EFFECTIVE, {})


def test_no_second_handover_takes_a_transferred_record() -> None:
    records = {RECORD: _record()}
    after_handover(EFFECTIVE, records)

    with pytest.raises(ImpossibleHandoverError, match="had transferred"):
        after_handover(EFFECTIVE.model_copy(update={"handover_id": uuid7(), "force": "kent"}), records)


def test_a_managed_record_can_be_closed() -> None:
    record = _record()

    facts = close(record, CloseReason.DIED)

    assert facts == [RecordClosed(record_id=RECORD, reason=CloseReason.DIED)]
    assert record.state is RecordState.CLOSED


@pytest.mark.parametrize("state", [RecordState.TRANSFERRED, RecordState.CLOSED])
def test_no_other_record_can_be_closed(state: RecordState) -> None:
    assert close(_record(state), CloseReason.DIED) is None
