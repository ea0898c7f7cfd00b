"""How a record's time with ACRO ended, in the database: transferred to a force, or closed."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.database import Transaction, columns
from contracts.codes import CloseReason
from contracts.records import RecordTransferred

TRANSFER = """
update record set state = 'transferred', force = told.force, handover_id = told.handover_id, effective_day = told.effective_day
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[]) as told (record_id, force, handover_id, effective_day)
where record.record_id = told.record_id
"""
CLOSE = "update record set state = 'closed', close_reason = $2, closed_by = $3, closed_on = $4 where record_id = $1"


async def save_transfers(tx: Transaction, facts: Iterable[RecordTransferred]) -> None:
    """Write down which force manages each person now."""
    rows = [(each.record_id, each.force, each.handover_id, each.effective_day) for each in facts]
    if rows:
        await tx.execute(TRANSFER, *columns(rows, 4))


async def save_closure(tx: Transaction, record_id: UUID, reason: CloseReason, closed_by: str, closed_on: date) -> None:
    """Write down who closed a record, why and when."""
    await tx.execute(CLOSE, record_id, reason, closed_by, closed_on)
