"""What opens a check, and when its report is due."""

from datetime import date
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import CloseReason, Cohort
from contracts.records import RecordAmended, RecordClosed, RecordCreated, RecordTransferred, TravelExpected
from services.intel.check import Check, RecordFact, Register, decide, due_day, report, working_day

RECORD, CHECK, ELSE = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = date(2021, 5, 3)


def register(*asked: UUID) -> Register:
    ids = count(CHECK.int)
    return Register(new_id=lambda: UUID(int=next(ids)), asked=set(asked))


def test_a_record_created_opens_a_check_on_that_day() -> None:
    nothing_asked = register()

    facts = decide(RecordCreated(record_id=RECORD, cohort=Cohort.UKSO), MONDAY, nothing_asked)

    assert facts == [IntelCheckOpened(record_id=RECORD, check_id=CHECK)]
    assert nothing_asked.opened == [Check(CHECK, RECORD, opened_day=MONDAY, due_day=date(2021, 5, 12))]


def test_a_record_is_asked_about_once() -> None:
    asked = register(RECORD)

    facts = decide(RecordCreated(record_id=RECORD, cohort=Cohort.UKSO), MONDAY, asked)

    assert facts == []
    assert asked.opened == []


def test_a_record_told_twice_in_one_batch_is_asked_about_once() -> None:
    fresh = register()
    created = RecordCreated(record_id=RECORD, cohort=Cohort.FNSO)

    facts = [fact for _ in range(2) for fact in decide(created, MONDAY, fresh)]

    assert len(facts) == 1


@pytest.mark.parametrize(
    "fact",
    [
        RecordAmended(record_id=RECORD),
        TravelExpected(record_id=RECORD, travel_id=ELSE, landing_day=MONDAY, force=None),
        RecordTransferred(record_id=RECORD, handover_id=ELSE, force="cleveland", effective_day=MONDAY),
        RecordClosed(record_id=RECORD, reason=CloseReason.DIED),
    ],
    ids=lambda fact: fact.TYPE,
)
def test_what_happens_to_a_record_later_changes_no_check(fact: RecordFact) -> None:
    asked = register(RECORD)

    facts = decide(fact, MONDAY, asked)

    assert facts == []
    assert asked.opened == []


def test_a_foreign_national_is_asked_about_more_slowly() -> None:
    opened = date(2021, 5, 5)

    due = {cohort: due_day(cohort, opened) for cohort in Cohort}

    assert due == {Cohort.UKSO: date(2021, 5, 14), Cohort.FNSO: date(2021, 5, 21)}


def test_a_report_due_on_a_weekend_is_due_on_monday() -> None:
    saturday, sunday, monday = date(2021, 5, 15), date(2021, 5, 16), date(2021, 5, 17)

    assert [working_day(each) for each in (saturday, sunday, monday)] == [monday, monday, monday]


@given(cohort=st.sampled_from(Cohort), opened=st.dates(date(2000, 1, 1), date(2099, 1, 1)))
def test_every_report_is_due_on_a_working_day_after_its_opening(cohort: Cohort, opened: date) -> None:
    due = due_day(cohort, opened)

    assert due > opened
    assert due.isoweekday() <= 5


def test_a_report_tells_the_day_its_task_was_created() -> None:
    check = Check(CHECK, RECORD, opened_day=date(2021, 6, 30), due_day=date(2021, 7, 9))

    assert report(check) == IntelReportSent(record_id=RECORD, check_id=CHECK, opened_day=date(2021, 6, 30))
