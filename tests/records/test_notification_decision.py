"""Whether a notification becomes a record, on a register that remembers what came before."""

from datetime import date

import pytest

from chassis.ids import uuid7
from contracts.codes import Channel, CloseReason, Cohort, ReferralReason, RefusalReason, UkLink
from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationReferred, NotificationRefused
from contracts.fact import Fact
from contracts.notifications import Identifier
from contracts.records import RecordAmended, RecordCreated
from services.records import record_decision
from services.records.notification_decision import Objection, accept_by_a_person
from services.records.register import KnownRecord, RecordState, Register
from tests.builders import a_conviction, a_notification, a_person, numbers
from tests.records.telling import tell, told

ANOTHER_CONVICTION = a_conviction(decided_on=date(2021, 3, 1), final_on=date(2021, 4, 1))


@pytest.fixture
def register() -> Register:
    return Register(uuid7)


def _accepted(facts: list[Fact]) -> NotificationAccepted:
    assert isinstance(facts[0], NotificationAccepted)
    return facts[0]


def _only_record(register: Register) -> KnownRecord:
    (record,) = register.records.values()
    return record


def test_a_person_convicted_abroad_gets_a_record(register: Register) -> None:
    facts = tell(register, a_notification())

    record_id = _accepted(facts).record_id
    assert facts[1:] == [RecordCreated(record_id=record_id, cohort=Cohort.UKSO)]
    assert _accepted(facts).channel is Channel.UK_CRIS


@pytest.mark.parametrize(
    ("nationalities", "cohort"), [(["GB"], Cohort.UKSO), (["FR", "GB"], Cohort.UKSO), (["FR"], Cohort.FNSO), ([], Cohort.FNSO)]
)
def test_the_cohort_is_that_of_uk_nationals_if_british_is_among_the_nationalities(
    register: Register, nationalities: list[str], cohort: Cohort
) -> None:
    facts = tell(register, a_notification(person=a_person(nationalities=nationalities, uk_link=UkLink.RESIDENCE)))

    assert facts[1] == RecordCreated(record_id=_accepted(facts).record_id, cohort=cohort)


def test_a_notice_told_twice_is_recorded_once(register: Register) -> None:
    first = _accepted(tell(register, a_notification()))

    again = tell(register, a_notification())

    (double,) = again
    assert isinstance(double, NotificationDuplicated)
    assert double.original_id == first.notification_id != double.notification_id
    assert len(register.outcomes) == 1


def test_a_refused_notice_told_twice_is_a_double_too(register: Register) -> None:
    (refused,) = tell(register, a_notification(receiving_state="LU"))

    (double,) = tell(register, a_notification(receiving_state="LU"))

    assert isinstance(refused, NotificationRefused)
    assert refused.reason is RefusalReason.ADDRESSED_TO_ANOTHER_STATE
    assert isinstance(double, NotificationDuplicated)
    assert double.original_id == refused.notification_id


def test_one_reference_with_two_contents_is_for_a_person(register: Register) -> None:
    tell(register, a_notification())

    (referred,) = tell(register, a_notification(conviction=ANOTHER_CONVICTION))
    (double,) = tell(register, a_notification(conviction=ANOTHER_CONVICTION))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.CONTRADICTS_EARLIER_TELLING
    assert isinstance(double, NotificationDuplicated)
    assert double.original_id == referred.notification_id
    assert [each.telling for each in register.outcomes] == [1, 2]


def test_the_same_reference_on_another_channel_is_another_notice(register: Register) -> None:
    tell(register, a_notification(), Channel.UK_CRIS)

    facts = tell(register, a_notification(person=a_person(surname="Zynother", identifiers=numbers(passport="SYN2"))), Channel.USA)

    assert isinstance(facts[1], RecordCreated)


@pytest.mark.parametrize("identifiers", [numbers(passport="syn 0000001"), numbers(passport="SYN0000001", interpol="SYN/9")])
def test_an_equal_number_is_the_same_person_whatever_the_channel(register: Register, identifiers: tuple[Identifier, ...]) -> None:
    first = _accepted(tell(register, a_notification()))
    person = a_person(surname="Zynspeltotherwise", born="1971", identifiers=identifiers)

    facts = tell(register, a_notification("SYN-2", person=person, conviction=ANOTHER_CONVICTION), Channel.INTERPOL)

    assert _accepted(facts).record_id == first.record_id
    assert facts[1:] == [RecordAmended(record_id=first.record_id)]


def test_a_number_learnt_from_one_notice_is_known_to_the_next(register: Register) -> None:
    first = _accepted(tell(register, a_notification()))
    tell(register, a_notification("SYN-2", person=a_person(identifiers=numbers(passport="SYN0000001", interpol="SYN/7"))), Channel.USA)

    facts = tell(register, a_notification("SYN-3", person=a_person(identifiers=numbers(interpol="SYN/7")), conviction=ANOTHER_CONVICTION))

    assert _accepted(facts).record_id == first.record_id


def test_other_offences_of_the_same_court_day_are_for_a_person(register: Register) -> None:
    tell(register, a_notification(conviction=a_conviction(categories=["1001 00", "1002 00"])))
    turned, other = (a_conviction(categories=each) for each in (["1002 00", "1001 00"], ["1002 00"]))

    (double,) = tell(register, a_notification("I-1", conviction=turned), Channel.INTERPOL)
    (referred,) = tell(register, a_notification("I-2", conviction=other), Channel.INTERPOL)
    accepted = accept_by_a_person(told(a_notification("I-2", conviction=other)), register.new_id(), None, register)

    assert isinstance(double, NotificationDuplicated)
    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.CONVICTION_IN_DOUBT
    assert isinstance(accepted, list)
    assert [type(each) for each in accepted] == [NotificationAccepted, RecordAmended]
    assert len(_only_record(register).convictions) == 2


def test_one_conviction_told_by_two_channels_is_a_double_of_the_first(register: Register) -> None:
    first = _accepted(tell(register, a_notification()))

    (double,) = tell(register, a_notification("I-1"), Channel.INTERPOL)

    assert isinstance(double, NotificationDuplicated)
    assert double.original_id == first.notification_id
    assert len(_only_record(register).convictions) == 1


def test_birth_dates_that_cannot_be_of_one_person_are_for_a_person(register: Register) -> None:
    tell(register, a_notification())

    (referred,) = tell(register, a_notification("SYN-2", person=a_person(born="1972-03-14")))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.IDENTITY_CONTRADICTED


def test_a_birth_date_that_became_fuller_contradicts_more(register: Register) -> None:
    tell(register, a_notification(person=a_person(born="1971")))
    tell(register, a_notification("SYN-2", person=a_person(born="1971-03-14"), conviction=ANOTHER_CONVICTION))

    (referred,) = tell(register, a_notification("SYN-3", person=a_person(born="1971-04")))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.IDENTITY_CONTRADICTED


def test_numbers_of_two_records_merge_nobody(register: Register) -> None:
    tell(register, a_notification())
    tell(register, a_notification("SYN-2", person=a_person(surname="Zynother", identifiers=numbers(ecris="FR-SYN-2"))))

    (referred,) = tell(register, a_notification("SYN-3", person=a_person(identifiers=numbers(passport="SYN0000001", ecris="FR-SYN-2"))))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.IDENTIFIERS_OF_TWO_RECORDS
    assert len(register.records) == 2


@pytest.mark.parametrize("state", [RecordState.TRANSFERRED, RecordState.CLOSED])
def test_news_of_somebody_no_longer_managed_here_is_for_a_person(register: Register, state: RecordState) -> None:
    tell(register, a_notification())
    _only_record(register).state = state

    (referred,) = tell(register, a_notification("SYN-2", conviction=ANOTHER_CONVICTION))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.RECORD_NOT_WITH_ACRO


@pytest.mark.parametrize("identifiers", [(), numbers(interpol="SYN/8")])
def test_a_namesake_with_the_same_birth_date_is_neither_merged_nor_recorded_twice(
    register: Register, identifiers: tuple[Identifier, ...]
) -> None:
    tell(register, a_notification())
    person = a_person(identifiers=identifiers)

    (referred,) = tell(register, a_notification("SYN-2", person=person))

    assert isinstance(referred, NotificationReferred)
    assert referred.reason is ReferralReason.IDENTITY_INSUFFICIENT
    assert len(register.records) == 1


def test_a_full_name_and_birth_date_alone_can_make_a_record(register: Register) -> None:
    facts = tell(register, a_notification(person=a_person(identifiers=())))

    assert isinstance(facts[1], RecordCreated)


def test_every_telling_gets_an_id_of_its_own(register: Register) -> None:
    tellings = [a_notification(), a_notification(), a_notification("SYN-2", receiving_state="LU"), a_notification("SYN-3")]

    ids = [fact.notification_id for each in tellings for fact in tell(register, each)[:1] if hasattr(fact, "notification_id")]

    assert len(set(ids)) == len(tellings)


def test_who_accepts_a_namesake_says_that_it_is_somebody_else(register: Register) -> None:
    tell(register, a_notification())
    namesake = told(a_notification("SYN-2", person=a_person(identifiers=())))

    facts = accept_by_a_person(namesake, uuid7(), None, register)

    assert isinstance(facts, list)
    assert isinstance(facts[1], RecordCreated)
    assert len(register.records) == 2


def test_who_accepts_may_name_the_record(register: Register) -> None:
    tell(register, a_notification())
    record = _only_record(register)
    contradicted = told(a_notification("SYN-2", person=a_person(born="1972-03-14"), conviction=ANOTHER_CONVICTION))

    objection = accept_by_a_person(contradicted, uuid7(), None, register)
    facts = accept_by_a_person(contradicted, uuid7(), record, register)

    assert objection == Objection(ReferralReason.IDENTITY_CONTRADICTED)
    assert isinstance(facts, list)
    assert facts[1] == RecordAmended(record_id=record.record_id)


def test_nobody_can_accept_onto_a_closed_record(register: Register) -> None:
    tell(register, a_notification())
    record = _only_record(register)
    record_decision.close(record, CloseReason.DIED)

    objection = accept_by_a_person(told(a_notification("SYN-2")), uuid7(), record, register)

    assert objection == Objection(ReferralReason.RECORD_NOT_WITH_ACRO)
