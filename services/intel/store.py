"""The SQL of intel: one row for each check."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from chassis.database import Transaction, columns
from chassis.ids import uuid7
from services.intel.check import Check, Register

ASKED = "select record_id from intel_check where record_id = any($1::uuid[]) order by check_id for update"

OPEN = """
insert into intel_check (check_id, record_id, opened_day, due_day)
select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[])
"""

# Another process that fires at the same time takes the checks that this one leaves out.
DUE = """
select check_id from intel_check
where sent_day is null and due_day <= $1 and check_id > $2
order by check_id limit $3
for update skip locked
"""

SENT = """
update intel_check set sent_day = $2 where check_id = any($1::uuid[])
returning check_id, record_id, opened_day, due_day, sent_day
"""

OF_RECORD = "select check_id, record_id, opened_day, due_day, sent_day from intel_check where record_id = $1 order by opened_day, check_id"


async def load(tx: Transaction, record_ids: Iterable[UUID]) -> Register:
    """What is known about these records' checks; their rows are locked."""
    rows = await tx.fetch(ASKED, sorted(set(record_ids)))
    return Register(new_id=uuid7, asked={row["record_id"] for row in rows})


async def save(tx: Transaction, register: Register) -> None:
    """Put the newly opened checks down."""
    rows = [(each.check_id, each.record_id, each.opened_day, each.due_day) for each in register.opened]
    if rows:
        await tx.execute(OPEN, *columns(rows, 4))


async def lock_due(tx: Transaction, day: date, after: UUID, limit: int) -> list[UUID]:
    """At most `limit` open checks, in order from that one on, due by the end of `day`, locked."""
    return [row["check_id"] for row in await tx.fetch(DUE, day, after, limit)]


async def mark_sent(tx: Transaction, check_ids: Sequence[UUID], day: date) -> list[Check]:
    """Their reports were sent on `day`; the checks, in the order of their ids."""
    return sorted((Check(**row) for row in await tx.fetch(SENT, check_ids, day)), key=lambda each: each.check_id)


async def of_record(tx: Transaction, record_id: UUID) -> list[Check]:
    """All checks of one record, the oldest first."""
    return [Check(**row) for row in await tx.fetch(OF_RECORD, record_id)]
