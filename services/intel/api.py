"""What a person may ask intel: where the checks of one record stand."""

from datetime import date
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http import ProblemError, Reading
from services.intel import store
from services.intel.check import Check

router = APIRouter()


class CheckState(StrEnum):
    OPEN = "open"
    SENT = "sent"


class CheckAnswer(BaseModel):
    """One check; all days are Europe/London days, `sent_day` is null while it is open."""

    check_id: UUID
    state: CheckState
    opened_day: date
    due_day: date
    sent_day: date | None


class ChecksAnswer(BaseModel):
    """The checks of one record, the oldest first."""

    record_id: UUID
    checks: list[CheckAnswer]


def _answer(check: Check) -> CheckAnswer:
    return CheckAnswer(
        check_id=check.check_id,
        state=CheckState.OPEN if check.sent_day is None else CheckState.SENT,
        opened_day=check.opened_day,
        due_day=check.due_day,
        sent_day=check.sent_day,
    )


@router.get("/checks/{record_id}")
async def checks_of(record_id: UUID, reading: Reading) -> ChecksAnswer:
    """The checks of one record; 404 where there are none."""
    async with reading() as tx:
        checks = await store.of_record(tx, record_id)
    if not checks:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No checks", "ask with the record_id of a RecordCreated")
    return ChecksAnswer(record_id=record_id, checks=[_answer(each) for each in checks])
