"""Whose answer counts, and what it changes."""

import pytest

from contracts.codes import DeclineReason
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.handovers import HandoverAccepted, HandoverDeclined
from services.handover.caseload import CaseState, HandoverState, Stray, StrayReason
from services.handover.reply import Reply, decide
from tests.handover.cases import CLEVELAND, KENT, OFFER, RECORD, TODAY, caseload, handover

ACCEPTS = ForceAccepted(handover_id=OFFER)
DECLINES = ForceDeclined(handover_id=OFFER, reason=DeclineReason.NOT_IN_OUR_AREA)


def test_the_force_that_was_asked_accepts() -> None:
    offered = caseload(handover())

    facts = decide(ACCEPTS, CLEVELAND, TODAY, offered)

    assert facts == [HandoverAccepted(record_id=RECORD, handover_id=OFFER, force=CLEVELAND)]
    assert offered.handovers[OFFER].accepted_day == TODAY
    assert offered.cases[RECORD].state is CaseState.ACCEPTED


def test_after_a_decline_the_case_waits_for_a_person() -> None:
    offered = caseload(handover())

    facts = decide(DECLINES, CLEVELAND, TODAY, offered)

    assert facts == [HandoverDeclined(record_id=RECORD, handover_id=OFFER, force=CLEVELAND, reason=DeclineReason.NOT_IN_OUR_AREA)]
    assert offered.cases[RECORD].state is CaseState.WAITING


@pytest.mark.parametrize("reply", [ACCEPTS, DECLINES], ids=["accepts", "declines"])
def test_a_force_cannot_answer_for_another(reply: Reply) -> None:
    offered = caseload(handover(force=CLEVELAND))

    facts = decide(reply, KENT, TODAY, offered)

    assert facts == []
    assert offered.strays == [Stray(OFFER, KENT, reply.TYPE, StrayReason.OFFERED_TO_ANOTHER_FORCE, TODAY)]
    assert offered.handovers[OFFER].state is HandoverState.OFFERED


def test_an_answer_to_an_offer_nobody_made_is_kept_for_a_person() -> None:
    nobody_asked = caseload()

    facts = decide(ACCEPTS, CLEVELAND, TODAY, nobody_asked)

    assert facts == []
    assert [stray.reason for stray in nobody_asked.strays] == [StrayReason.UNKNOWN_HANDOVER]


@pytest.mark.parametrize(
    ("reply", "state"),
    [(ACCEPTS, HandoverState.ACCEPTED), (ACCEPTS, HandoverState.EFFECTIVE), (DECLINES, HandoverState.DECLINED)],
)
def test_an_answer_told_twice_counts_once(reply: Reply, state: HandoverState) -> None:
    answered = caseload(handover(state, reason=DeclineReason.NOT_IN_OUR_AREA))

    facts = decide(reply, CLEVELAND, TODAY, answered)

    assert facts == []
    assert answered.strays == []


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (ACCEPTS, HandoverState.WITHDRAWN, StrayReason.WITHDRAWN),
        (DECLINES, HandoverState.WITHDRAWN, StrayReason.WITHDRAWN),
        (ACCEPTS, HandoverState.DECLINED, StrayReason.ALREADY_ANSWERED),
        (DECLINES, HandoverState.ACCEPTED, StrayReason.ALREADY_ANSWERED),
        (DECLINES, HandoverState.EFFECTIVE, StrayReason.ALREADY_ANSWERED),
        (
            DECLINES.model_copy(update={"reason": DeclineReason.INFORMATION_INSUFFICIENT}),
            HandoverState.DECLINED,
            StrayReason.ALREADY_ANSWERED,
        ),
    ],
)
def test_an_answer_that_comes_too_late_is_kept_for_a_person(reply: Reply, state: HandoverState, reason: StrayReason) -> None:
    late = caseload(handover(state, reason=DeclineReason.NOT_IN_OUR_AREA))

    facts = decide(reply, CLEVELAND, TODAY, late)

    assert facts == []
    assert [stray.reason for stray in late.strays] == [reason]
    assert late.handovers[OFFER].state is state
