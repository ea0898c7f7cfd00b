"""When a check is opened and when its report is due: every record created is asked about once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import Cohort
from contracts.records import RecordAmended, RecordClosed, RecordCreated, RecordTransferred, TravelExpected

RecordFact = RecordCreated | RecordAmended | TravelExpected | RecordTransferred | RecordClosed
CheckFact = IntelCheckOpened | IntelReportSent

# Synthetic: no source publishes how long a report takes. Sources abroad, asked about foreign nationals, answer more slowly.
PACE_DAYS = {Cohort.UKSO: 9, Cohort.FNSO: 16}

SATURDAY = 5
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Check:
    """One task: open while `sent_day` is None. All days are Europe/London days."""

    check_id: UUID
    record_id: UUID
    opened_day: date
    due_day: date
    sent_day: date | None = None


@dataclass(slots=True)
class Register:
    """The records that have been asked about already, and the checks that this batch opens."""

    new_id: Callable[[], UUID]
    asked: set[UUID] = field(default_factory=set)
    opened: list[Check] = field(default_factory=list)


def working_day(day: date) -> date:
    """The day itself from Monday to Friday, else the Monday after it. Bank holidays count as working days."""
    weekday = day.weekday()
    return day if weekday < SATURDAY else day + timedelta(days=WEEK_DAYS - weekday)


def due_day(cohort: Cohort, opened_day: date) -> date:
    """The working day by whose end the report is sent: the cohort's pace after the task was created."""
    return working_day(opened_day + timedelta(days=PACE_DAYS[cohort]))


def decide(fact: RecordFact, day: date, register: Register) -> list[CheckFact]:
    """What `fact`, heard on `day`, means for the checks of its record."""
    match fact:
        case RecordCreated():
            return _open(fact, day, register)
        case RecordAmended() | TravelExpected() | RecordTransferred() | RecordClosed():
            # A report under way is still wanted: by whoever manages the person next, and by those who count.
            return []


def _open(fact: RecordCreated, day: date, register: Register) -> list[CheckFact]:
    if fact.record_id in register.asked:
        return []
    check = Check(register.new_id(), fact.record_id, opened_day=day, due_day=due_day(fact.cohort, day))
    register.asked.add(fact.record_id)
    register.opened.append(check)
    return [IntelCheckOpened(record_id=check.record_id, check_id=check.check_id)]


def report(check: Check) -> IntelReportSent:
    """The report of a check that fell due."""
    return IntelReportSent(record_id=check.record_id, check_id=check.check_id, opened_day=check.opened_day)
