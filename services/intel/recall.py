"""After a restore: the checks that this service had told of and forgotten, recorded again as they were told."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.occasion import Received
from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.records import RecordCreated
from services.intel import store
from services.intel.check import Check, CheckFact, due_day


async def recall(cause: Received[Any] | None, facts: Sequence[Received[CheckFact]], tx: Transaction) -> None:
    """Open again under the same id what was opened; what was sent stays sent.

    Raises:
        NotYetError: a report was sent on a check that is not here yet, or the record that was asked about is not.
    """
    for each in facts:
        match each.fact:
            case IntelCheckOpened() as fact:
                await _open(fact, each, cause, tx)
            case IntelReportSent() as fact:
                await _send(fact, each, tx)


async def _open(fact: IntelCheckOpened, told: Received[CheckFact], cause: Received[Any] | None, tx: Transaction) -> None:
    if cause is None or not isinstance(cause.fact, RecordCreated):
        raise NotYetError
    register = await store.load(tx, [fact.record_id])
    day = told.occasion.day
    register.opened.append(Check(fact.check_id, fact.record_id, opened_day=day, due_day=due_day(cause.fact.cohort, day)))
    await store.save(tx, register)


async def _send(fact: IntelReportSent, told: Received[CheckFact], tx: Transaction) -> None:
    found = [each for each in await store.of_record(tx, fact.record_id) if each.check_id == fact.check_id]
    if not found:
        raise NotYetError
    await store.mark_sent(tx, [each.check_id for each in found], told.occasion.day)
