"""Which fact moves which figure, and how what was counted is taken back."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import Cohort, DeclineReason, ReferralReason, WithdrawalReason
from contracts.handovers import HandoverAccepted, HandoverDeclined, HandoverEffective, HandoverOffered, HandoverWithdrawn
from contracts.records import RecordAmended, RecordCreated, TravelExpected
from services.stats.ledger import OUTCOMES, Entry, Measure, Standing
from services.stats.movement import AnyFact, DecisionFact, decide
from tests.furniture import noon
from tests.stats.told import (
    ACCEPTED,
    CHECK,
    CLOSED,
    DAY,
    DUPLICATED,
    EFFECTIVE,
    HANDOVER,
    HELD,
    NEXT_DAY,
    RECORD,
    REFERRED,
    REFUSED,
    TELLING,
    TRANSFERRED,
    in_batches,
    net,
    one_a_day,
    told,
)

ABOUT = {"record_id": RECORD, "handover_id": HANDOVER, "force": "kent"}

COUNTED: list[tuple[AnyFact, Entry]] = [
    (RecordCreated(record_id=RECORD, cohort=Cohort.FNSO), Entry(RECORD, Measure.CREATED, DAY, cohort="fnso")),
    (CLOSED, Entry(RECORD, Measure.CLOSED, DAY, reason="died")),
    (TRANSFERRED, Entry(RECORD, Measure.TRANSFERRED, EFFECTIVE, force="cleveland")),
    (ACCEPTED, Entry(TELLING, Measure.ACCEPTED, DAY, channel="uk-cris")),
    (REFUSED, Entry(TELLING, Measure.REFUSED, DAY, channel="uk-cris", reason="no-uk-link")),
    (REFERRED, Entry(TELLING, Measure.REFERRED, DAY, channel="uk-cris", reason="age-undecidable")),
    (DUPLICATED, Entry(TELLING, Measure.DUPLICATED, DAY, channel="uk-cris")),
    (HELD, Entry(TELLING, Measure.HELD, DAY, channel="uk-cris", reason="malformed")),
    (IntelCheckOpened(record_id=RECORD, check_id=CHECK), Entry(RECORD, Measure.CHECK_OPENED, DAY)),
    (
        IntelReportSent(record_id=RECORD, check_id=CHECK, opened_day=EFFECTIVE),
        Entry(RECORD, Measure.REPORT_SENT, DAY, opened_day=EFFECTIVE),
    ),
    (HandoverOffered.model_validate({**ABOUT, "landing_day": EFFECTIVE}), Entry(RECORD, Measure.HANDOVER_OFFERED, DAY, force="kent")),
    (HandoverAccepted.model_validate(ABOUT), Entry(RECORD, Measure.HANDOVER_ACCEPTED, DAY, force="kent")),
    (
        HandoverDeclined.model_validate({**ABOUT, "reason": DeclineReason.NOT_IN_OUR_AREA}),
        Entry(RECORD, Measure.HANDOVER_DECLINED, DAY, force="kent", reason="not-in-our-area"),
    ),
    (
        HandoverWithdrawn.model_validate({**ABOUT, "reason": WithdrawalReason.RECORD_CLOSED}),
        Entry(RECORD, Measure.HANDOVER_WITHDRAWN, DAY, force="kent", reason="record-closed"),
    ),
    (
        HandoverEffective.model_validate({**ABOUT, "effective_day": EFFECTIVE}),
        Entry(RECORD, Measure.HANDOVER_EFFECTIVE, EFFECTIVE, force="kent"),
    ),
]


@pytest.mark.parametrize(("fact", "entry"), COUNTED, ids=[fact.TYPE for fact, _ in COUNTED])
def test_each_measure_counts_its_one_fact(fact: AnyFact, entry: Entry) -> None:
    movements = decide(told(fact), Standing())

    assert [(each.entry, each.amount, each.line, each.known) for each in movements] == [(entry, 1, 1, noon(DAY))]


@pytest.mark.parametrize(
    "fact",
    [RecordAmended(record_id=RECORD), TravelExpected(record_id=RECORD, travel_id=CHECK, landing_day=DAY, force=None)],
    ids=lambda fact: fact.TYPE,
)
def test_an_amendment_and_a_journey_count_nowhere(fact: AnyFact) -> None:
    assert decide(told(fact), Standing()) == []


def test_a_telling_decided_anew_stays_on_its_first_day_and_ends_as_its_last_outcome() -> None:
    referred, accepted = told(REFERRED, DAY), told(ACCEPTED, NEXT_DAY, 101)

    ledger = in_batches([referred, accepted], [])

    assert net(ledger) == {Entry(TELLING, Measure.ACCEPTED, DAY, channel="uk-cris"): 1}
    assert [(each.amount, each.line, each.known) for each in ledger] == [
        (1, 1, noon(DAY)),
        (-1, 1, noon(NEXT_DAY)),
        (1, 2, noon(NEXT_DAY)),
    ]


def test_the_same_outcome_again_moves_nothing() -> None:
    ledger = in_batches(one_a_day([REFUSED, REFUSED]), [])

    assert len(ledger) == 1


def test_a_referral_for_another_reason_replaces_the_earlier_reason() -> None:
    again = REFERRED.model_copy(update={"reason": ReferralReason.PERIOD_IN_DOUBT})

    ledger = in_batches(one_a_day([REFERRED, again]), [])

    assert [entry.reason for entry in net(ledger)] == ["period-in-doubt"]


def test_a_transfer_takes_back_the_closure_on_the_day_it_was_counted() -> None:
    ledger = in_batches(one_a_day([CLOSED, TRANSFERRED]), [])

    assert net(ledger) == {Entry(RECORD, Measure.TRANSFERRED, EFFECTIVE, force="cleveland"): 1}
    assert (ledger[1].entry, ledger[1].amount, ledger[1].known) == (ledger[0].entry, -1, noon(NEXT_DAY))


@pytest.mark.parametrize("later", [CLOSED, TRANSFERRED], ids=lambda fact: fact.TYPE)
def test_a_record_that_was_transferred_leaves_the_stock_only_once(later: AnyFact) -> None:
    ledger = in_batches(one_a_day([TRANSFERRED, later]), [])

    assert net(ledger) == {Entry(RECORD, Measure.TRANSFERRED, EFFECTIVE, force="cleveland"): 1}


def test_a_record_closed_twice_is_closed_once() -> None:
    assert len(in_batches(one_a_day([CLOSED, CLOSED]), [])) == 1


DECISIONS = st.sampled_from([ACCEPTED, REFUSED, REFERRED, DUPLICATED, HELD])
TELLINGS = st.builds(lambda fact, number: fact.model_copy(update={"notification_id": UUID(int=number)}), DECISIONS, st.integers(1, 4))
FACTS = st.lists(st.one_of(TELLINGS, st.sampled_from([CLOSED, TRANSFERRED])), max_size=20)


@given(facts=FACTS, sizes=st.lists(st.integers(0, 5), max_size=10))
def test_the_ledger_is_the_same_however_the_facts_are_batched(facts: list[AnyFact], sizes: list[int]) -> None:
    tellings = one_a_day(facts)

    assert in_batches(tellings, sizes) == in_batches(tellings, [])


@given(facts=st.lists(TELLINGS, max_size=20))
def test_every_telling_always_stands_as_exactly_one_outcome(facts: list[DecisionFact]) -> None:
    ledger = in_batches(one_a_day(facts), [])

    standing = net(ledger)
    assert sorted(entry.subject for entry in standing) == sorted({fact.notification_id for fact in facts})
    assert all(entry.measure in OUTCOMES and amount == 1 for entry, amount in standing.items())


def test_a_reversal_is_the_exact_opposite() -> None:
    ledger = in_batches(one_a_day([HELD, ACCEPTED]), [])

    assert replace(ledger[1], amount=1, known=ledger[0].known, fact_id=ledger[0].fact_id) == ledger[0]
