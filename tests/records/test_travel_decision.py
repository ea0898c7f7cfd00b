"""Whether somebody expected to land is a person whose record is here."""

from datetime import UTC, date, datetime

import pytest

from chassis.ids import uuid7
from contracts.codes import Sender
from contracts.records import TravelExpected
from contracts.travel_notices import TravelNoticeReceived
from services.records.register import RecordState, Register
from services.records.travel_decision import Doubt, TravelRegister, decide
from tests.builders import a_notification, a_person, a_travel_notice, numbers
from tests.records.telling import tell, told_notice


@pytest.fixture
def people() -> Register:
    """A register with the person of `a_notification`, and another."""
    register = Register(uuid7)
    tell(register, a_notification())
    tell(register, a_notification("SYN-2", person=a_person(surname="Zynother", identifiers=numbers(ecris="FR-SYN-2"))))
    return register


def test_a_known_person_is_expected_on_the_day_in_london(people: Register) -> None:
    record_id = next(iter(people.records))
    late = a_travel_notice(landing_at=datetime(2021, 7, 9, 23, 30, tzinfo=UTC))
    register = TravelRegister(people)

    (expected,) = decide(told_notice(late), register)

    assert isinstance(expected, TravelExpected)
    travel_id = register.outcomes[0].travel_id
    assert expected == TravelExpected(record_id=record_id, travel_id=travel_id, landing_day=date(2021, 7, 10), force="cleveland")


def test_where_somebody_is_bound_for_may_be_unknown(people: Register) -> None:
    (expected,) = decide(told_notice(a_travel_notice(destination_force=None)), TravelRegister(people))

    assert isinstance(expected, TravelExpected)
    assert expected.force is None


def test_a_travel_notice_told_twice_says_nothing_new(people: Register) -> None:
    register = TravelRegister(people)
    decide(told_notice(a_travel_notice()), register)

    assert decide(told_notice(a_travel_notice()), register) == []
    assert len(register.outcomes) == 1


def test_the_same_reference_of_another_sender_is_another_notice(people: Register) -> None:
    register = TravelRegister(people)
    decide(told_notice(a_travel_notice()), register)

    (expected,) = decide(told_notice(a_travel_notice(), Sender.CARRIERS), register)

    assert isinstance(expected, TravelExpected)


DOUBTS = {
    "no number": (Doubt.NO_NUMBERS, a_travel_notice(identifiers=())),
    "unknown number": (Doubt.NOBODY_KNOWN, a_travel_notice(identifiers=numbers(passport="SYN9"))),
    "another birth date": (Doubt.IDENTITY_CONTRADICTED, a_travel_notice(born="1980-01-01")),
    "two records": (Doubt.IDENTIFIERS_OF_TWO_RECORDS, a_travel_notice(identifiers=numbers(passport="SYN0000001", ecris="FR-SYN-2"))),
}


@pytest.mark.parametrize(("doubt", "notice"), DOUBTS.values(), ids=DOUBTS.keys())
def test_whoever_is_not_sure_to_be_known_waits_for_a_person(people: Register, doubt: Doubt, notice: TravelNoticeReceived) -> None:
    register = TravelRegister(people)

    facts = decide(told_notice(notice), register)

    assert facts == []
    assert register.outcomes[0].doubt is doubt


def test_somebody_no_longer_managed_here_waits_for_a_person(people: Register) -> None:
    next(iter(people.records.values())).state = RecordState.TRANSFERRED
    register = TravelRegister(people)

    facts = decide(told_notice(a_travel_notice()), register)

    assert facts == []
    assert register.outcomes[0].doubt is Doubt.RECORD_NOT_WITH_ACRO


def test_one_reference_with_two_landings_waits_for_a_person(people: Register) -> None:
    register = TravelRegister(people)
    decide(told_notice(a_travel_notice()), register)

    facts = decide(told_notice(a_travel_notice(port="LGW")), register)

    assert facts == []
    assert register.outcomes[1].doubt is Doubt.CONTRADICTS_EARLIER_TELLING
