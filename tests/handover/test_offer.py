"""Who is asked when a landing is expected, and when a person has to say so."""

import pytest

from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from contracts.handovers import HandoverOffered
from contracts.records import TravelExpected
from services.handover.caseload import CaseState, HandoverState, Stray, StrayReason
from services.handover.offer import OfferRefusedError, by_person, on_travel
from tests.handover.cases import CLEVELAND, HANDOVER, KENT, LANDING, LATER, OFFER, RECORD, TODAY, TRAVEL, caseload, handover


def travel(force: str | None = CLEVELAND, landing: object = LANDING) -> TravelExpected:
    return TravelExpected.model_validate({"record_id": RECORD, "travel_id": TRAVEL, "landing_day": landing, "force": force})


def test_a_landing_bound_for_a_force_is_offered_to_that_force_alone() -> None:
    managed = caseload()

    facts = on_travel(travel(CLEVELAND), TODAY, managed)

    assert facts == [
        HandoverOffered(record_id=RECORD, handover_id=HANDOVER, force=CLEVELAND, landing_day=LANDING),
        HandoverNotice(handover_id=HANDOVER, force=CLEVELAND, cohort=Cohort.UKSO, landing_day=LANDING),
    ]
    assert managed.cases[RECORD].state is CaseState.OFFERED


def test_a_landing_whose_force_is_not_known_waits_for_a_person() -> None:
    managed = caseload()

    facts = on_travel(travel(force=None), TODAY, managed)

    assert facts == []
    assert (managed.cases[RECORD].state, managed.cases[RECORD].landing_day) == (CaseState.WAITING, LANDING)


def test_a_waiting_case_is_offered_once_a_notice_names_the_force() -> None:
    waiting = caseload(state=CaseState.WAITING, landing=LANDING)

    facts = on_travel(travel(KENT, LATER), TODAY, waiting)

    assert [fact.TYPE for fact in facts] == [HandoverOffered.TYPE, HandoverNotice.TYPE]
    assert waiting.cases[RECORD].landing_day == LATER


@pytest.mark.parametrize("force", [CLEVELAND, KENT])
def test_after_a_decline_a_notice_moves_the_landing_but_asks_nobody(force: str) -> None:
    declined = caseload(handover(HandoverState.DECLINED, CLEVELAND))

    facts = on_travel(travel(force, LATER), TODAY, declined)

    assert facts == []
    assert (declined.cases[RECORD].state, declined.cases[RECORD].landing_day) == (CaseState.WAITING, LATER)


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.ACCEPTED])
@pytest.mark.parametrize("force", [CLEVELAND, None])
def test_another_landing_day_is_told_to_the_force_that_was_asked(state: HandoverState, force: str | None) -> None:
    asked = caseload(handover(state, CLEVELAND, landing=LANDING))

    facts = on_travel(travel(force, LATER), TODAY, asked)

    assert facts == [HandoverNotice(handover_id=OFFER, force=CLEVELAND, cohort=Cohort.UKSO, landing_day=LATER)]
    assert asked.handovers[OFFER].landing_day == LATER
    assert asked.handovers[OFFER].state is state


def test_the_same_journey_told_again_says_nothing() -> None:
    asked = caseload(handover(landing=LANDING))

    facts = on_travel(travel(CLEVELAND, LANDING), TODAY, asked)

    assert facts == []
    assert asked.strays == []


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.ACCEPTED])
def test_a_journey_to_another_force_is_kept_for_a_person(state: HandoverState) -> None:
    asked = caseload(handover(state, CLEVELAND))

    facts = on_travel(travel(KENT, LATER), TODAY, asked)

    assert facts == []
    assert asked.strays == [Stray(RECORD, KENT, "travel-expected.v1", StrayReason.BOUND_FOR_ANOTHER_FORCE, TODAY)]
    assert asked.handovers[OFFER].landing_day == LANDING


@pytest.mark.parametrize("state", [HandoverState.EFFECTIVE, HandoverState.WITHDRAWN])
def test_a_journey_after_the_end_changes_nothing(state: HandoverState) -> None:
    ended = caseload(handover(state))

    facts = on_travel(travel(KENT, LATER), TODAY, ended)

    assert facts == []
    assert ended.changed_cases == set()


@pytest.mark.parametrize(("force", "named"), [(None, CLEVELAND), (CLEVELAND, CLEVELAND), (KENT, KENT)])
def test_a_delay_told_after_the_transfer_changes_nothing_and_is_kept_for_a_person(force: str | None, named: str) -> None:
    transferred = caseload(handover(HandoverState.EFFECTIVE, CLEVELAND, landing=LANDING))

    facts = on_travel(travel(force, LATER), LANDING, transferred)

    assert facts == []
    assert transferred.strays == [Stray(RECORD, named, "travel-expected.v1", StrayReason.ALREADY_TRANSFERRED, LANDING)]
    assert transferred.changed_cases == set()


def test_the_same_journey_told_again_after_the_transfer_is_no_stray() -> None:
    transferred = caseload(handover(HandoverState.EFFECTIVE, CLEVELAND, landing=LANDING))

    assert on_travel(travel(CLEVELAND, LANDING), LATER, transferred) == []
    assert transferred.strays == []


def test_a_person_offers_a_waiting_case() -> None:
    waiting = caseload(state=CaseState.WAITING, landing=LANDING)

    handover_id, facts = by_person(RECORD, KENT, "ACRO-4711", TODAY, waiting)

    assert facts == [
        HandoverOffered(record_id=RECORD, handover_id=HANDOVER, force=KENT, landing_day=LANDING),
        HandoverNotice(handover_id=HANDOVER, force=KENT, cohort=Cohort.UKSO, landing_day=LANDING),
    ]
    assert waiting.handovers[handover_id].decided_by == "ACRO-4711"


def test_a_person_may_ask_another_force_after_a_decline() -> None:
    declined = caseload(handover(HandoverState.DECLINED, CLEVELAND))

    handover_id, facts = by_person(RECORD, KENT, "ACRO-4711", TODAY, declined)

    assert len(facts) == 2
    assert declined.cases[RECORD].handover_id == handover_id


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.ACCEPTED, HandoverState.EFFECTIVE])
def test_the_same_offer_told_twice_is_one_offer(state: HandoverState) -> None:
    asked = caseload(handover(state, KENT))

    handover_id, facts = by_person(RECORD, KENT, "ACRO-4711", TODAY, asked)

    assert handover_id == OFFER
    assert facts == []


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        (HandoverState.OFFERED, "another force was asked"),
        (HandoverState.ACCEPTED, "another force was asked"),
        (HandoverState.EFFECTIVE, "another force manages this person already"),
        (HandoverState.WITHDRAWN, "the record is closed"),
    ],
)
def test_a_case_that_does_not_wait_is_offered_to_nobody_else(state: HandoverState, complaint: str) -> None:
    busy = caseload(handover(state, CLEVELAND))

    with pytest.raises(OfferRefusedError, match=complaint):
        by_person(RECORD, KENT, "ACRO-4711", TODAY, busy)


def test_nobody_is_offered_while_no_landing_is_expected() -> None:
    managed = caseload()

    with pytest.raises(OfferRefusedError, match="no landing is expected"):
        by_person(RECORD, KENT, "ACRO-4711", TODAY, managed)
