"""What a force is told again: how each handover stands that it has to know of, and nothing about any other."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.codes import Cohort, WithdrawalReason
from contracts.handover_packs import HandoverNotice, HandoverNoticeWithdrawn
from services.handover.caseload import Case, Caseload, HandoverState
from services.handover.notices import again, kept_since
from tests.handover.cases import CLEVELAND, KENT, LANDING, LATER, OFFER, RECORD, TODAY, caseload, handover

SINCE = TODAY
BEFORE = SINCE - timedelta(days=1)


@pytest.mark.parametrize("state", [HandoverState.OFFERED, HandoverState.ACCEPTED])
def test_an_open_handover_is_told_again_as_it_stands(state: HandoverState) -> None:
    asked = caseload(handover(state, CLEVELAND, landing=LATER))

    assert again(CLEVELAND, SINCE, asked) == [HandoverNotice(handover_id=OFFER, force=CLEVELAND, cohort=Cohort.UKSO, landing_day=LATER)]


def test_an_open_handover_is_told_again_however_long_ago_the_landing_was() -> None:
    asked = caseload(handover(HandoverState.OFFERED, landing=BEFORE))

    assert [notice.handover_id for notice in again(CLEVELAND, SINCE, asked)] == [OFFER]


@pytest.mark.parametrize("state", [HandoverState.DECLINED, HandoverState.EFFECTIVE])
def test_what_a_force_declined_or_took_on_it_is_not_told_again(state: HandoverState) -> None:
    assert again(CLEVELAND, SINCE, caseload(handover(state, CLEVELAND, landing=LATER))) == []


@pytest.mark.parametrize(
    ("landing", "withdrawn"),
    [(SINCE, None), (SINCE, BEFORE), (BEFORE, SINCE), (LATER, BEFORE)],
    ids=["landing not too long ago", "landing on the first day that counts", "withdrawn not too long ago", "withdrawn, and still to land"],
)
def test_what_was_withdrawn_lately_or_lands_lately_is_withdrawn_again(landing: date, withdrawn: date | None) -> None:
    gone = caseload(handover(HandoverState.WITHDRAWN, landing=landing, withdrawn=withdrawn, reason=WithdrawalReason.RECORD_CLOSED))

    notices = again(CLEVELAND, SINCE, gone)

    assert notices == [HandoverNoticeWithdrawn(handover_id=OFFER, force=CLEVELAND, reason=WithdrawalReason.RECORD_CLOSED)]


@pytest.mark.parametrize("withdrawn", [None, BEFORE])
def test_what_was_withdrawn_long_ago_and_landed_long_ago_is_let_be(withdrawn: date | None) -> None:
    gone = caseload(handover(HandoverState.WITHDRAWN, landing=BEFORE, withdrawn=withdrawn, reason=WithdrawalReason.RECORD_CLOSED))

    assert again(CLEVELAND, SINCE, gone) == []


def test_a_force_that_declined_hears_nothing_of_the_force_that_was_asked_after_it() -> None:
    asked = caseload(handover(HandoverState.DECLINED, CLEVELAND), handover(HandoverState.OFFERED, KENT, handover_id=UUID(int=10)))

    assert again(CLEVELAND, SINCE, asked) == []
    assert [(notice.force, notice.handover_id) for notice in again(KENT, SINCE, asked)] == [(KENT, UUID(int=10))]


def test_a_force_that_was_asked_once_more_hears_of_the_new_handover_alone() -> None:
    asked = caseload(handover(HandoverState.DECLINED, KENT), handover(HandoverState.OFFERED, KENT, handover_id=UUID(int=10)))

    assert [notice.handover_id for notice in again(KENT, SINCE, asked)] == [UUID(int=10)]


def test_notices_come_in_the_order_of_their_records() -> None:
    one, other = handover(handover_id=UUID(int=30)), handover(handover_id=UUID(int=20), record_id=UUID(int=2))
    cases = {each.record_id: Case(each.record_id, Cohort.FNSO, landing_day=LANDING) for each in (one, other)}
    both = Caseload(new_id=lambda: OFFER, cases=cases, handovers={each.handover_id: each for each in (other, one)})

    assert [notice.handover_id for notice in again(CLEVELAND, SINCE, both)] == [one.handover_id, other.handover_id]
    assert (one.record_id, other.record_id) == (RECORD, UUID(int=2))


def test_a_topic_to_a_force_holds_what_was_told_in_thirty_days() -> None:
    assert kept_since(KENT, date(2021, 7, 1)) == date(2021, 6, 1)
