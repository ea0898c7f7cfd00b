"""From which day a force manages a person."""

from datetime import date

import pytest

from contracts.handovers import HandoverEffective
from services.handover.caseload import CaseState, HandoverState
from services.handover.landing import take_effect
from tests.handover.cases import CLEVELAND, LANDING, LATER, OFFER, RECORD, TODAY, caseload, handover


@pytest.mark.parametrize(("accepted", "effective"), [(TODAY, LANDING), (LATER, LATER), (LANDING, LANDING)])
def test_a_force_manages_from_the_landing_or_from_its_acceptance_if_later(accepted: date, effective: date) -> None:
    case = caseload(handover(HandoverState.ACCEPTED, landing=LANDING, accepted=accepted))

    facts = take_effect(LATER, case)

    assert facts == [HandoverEffective(record_id=RECORD, handover_id=OFFER, force=CLEVELAND, effective_day=effective)]
    assert case.cases[RECORD].state is CaseState.TRANSFERRED


@pytest.mark.parametrize(("accepted", "ended"), [(TODAY, date(2021, 6, 9)), (LATER, LANDING), (LATER, date(2021, 6, 19))])
def test_nobody_hands_over_before_the_end_of_the_landing_day_nor_of_the_day_of_acceptance(accepted: date, ended: date) -> None:
    case = caseload(handover(HandoverState.ACCEPTED, landing=LANDING, accepted=accepted))

    assert take_effect(ended, case) == []
    assert case.cases[RECORD].state is CaseState.ACCEPTED


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.DECLINED, HandoverState.WITHDRAWN, HandoverState.EFFECTIVE])
def test_only_what_was_accepted_takes_effect(state: HandoverState) -> None:
    case = caseload(handover(state))

    assert take_effect(LATER, case) == []
    assert case.changed_cases == set()
