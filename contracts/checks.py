"""Intelligence checks: opened for every record created, each answered by one report."""

from datetime import date
from uuid import UUID

from contracts.fact import Fact


class IntelCheckOpened(Fact, type="intel-check-opened.v1", family="checks", subject="record_id"):
    """The task is created; its day is the day of this fact."""

    record_id: UUID
    check_id: UUID


class IntelReportSent(Fact, type="intel-report-sent.v1", family="checks", subject="record_id"):
    """The report was sent; `opened_day` is when its task was created, which the counting rule up to June 2021 needs."""

    record_id: UUID
    check_id: UUID
    opened_day: date
