"""What happens to a record, as far as handover minds."""

import pytest

from contracts.codes import CloseReason, Cohort, WithdrawalReason
from contracts.handover_packs import HandoverNoticeWithdrawn
from contracts.handovers import HandoverWithdrawn
from contracts.records import RecordAmended, RecordClosed, RecordCreated, RecordTransferred
from services.handover.case_file import RecordFact, decide
from services.handover.caseload import Case, Caseload, CaseState, HandoverState
from tests.handover.cases import CLEVELAND, LANDING, OFFER, RECORD, TODAY, caseload, handover

CLOSED = RecordClosed(record_id=RECORD, reason=CloseReason.DIED)


def test_a_record_created_is_remembered_with_its_cohort() -> None:
    empty = Caseload(new_id=lambda: OFFER)

    facts = decide(RecordCreated(record_id=RECORD, cohort=Cohort.FNSO), TODAY, empty)

    assert facts == []
    assert empty.cases == {RECORD: Case(RECORD, Cohort.FNSO)}


def test_a_record_created_again_does_not_forget_its_offer() -> None:
    offered = caseload(handover())

    decide(RecordCreated(record_id=RECORD, cohort=Cohort.UKSO), TODAY, offered)

    assert offered.cases[RECORD].state is CaseState.OFFERED


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.ACCEPTED])
def test_a_closed_record_takes_its_open_handover_with_it(state: HandoverState) -> None:
    asked = caseload(handover(state))

    facts = decide(CLOSED, TODAY, asked)

    assert facts == [
        HandoverWithdrawn(record_id=RECORD, handover_id=OFFER, force=CLEVELAND, reason=WithdrawalReason.RECORD_CLOSED),
        HandoverNoticeWithdrawn(handover_id=OFFER, force=CLEVELAND, reason=WithdrawalReason.RECORD_CLOSED),
    ]
    assert asked.cases[RECORD].state is CaseState.CLOSED


@pytest.mark.parametrize("state", [CaseState.MANAGED, CaseState.WAITING])
def test_a_record_that_nobody_was_asked_about_closes_in_silence(state: CaseState) -> None:
    unasked = caseload(state=state, landing=LANDING)

    facts = decide(CLOSED, TODAY, unasked)

    assert facts == []
    assert unasked.cases[RECORD].state is CaseState.CLOSED


@pytest.mark.parametrize("state", [HandoverState.EFFECTIVE, HandoverState.WITHDRAWN])
def test_once_a_force_manages_a_closure_changes_nothing(state: HandoverState) -> None:
    ended = caseload(handover(state))

    facts = decide(CLOSED, TODAY, ended)

    assert facts == []
    assert ended.changed_cases == set()


@pytest.mark.parametrize(
    "fact",
    [
        RecordAmended(record_id=RECORD),
        RecordTransferred(record_id=RECORD, handover_id=OFFER, force=CLEVELAND, effective_day=LANDING),
    ],
    ids=lambda fact: fact.TYPE,
)
def test_an_amendment_and_our_own_echo_change_nothing(fact: RecordFact) -> None:
    case = caseload(handover(HandoverState.EFFECTIVE))

    facts = decide(fact, TODAY, case)

    assert facts == []
    assert case.changed_cases == set()
