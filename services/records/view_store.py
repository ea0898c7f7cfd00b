"""What the HTTP side reads: where a notification or a record stands, without a word about the person."""

from uuid import UUID

from asyncpg import Record

from chassis.database import Transaction

NOTIFICATION_BY_REFERENCE = """
select notification_id, state, reason, record_id from notification where reference_key = $1 order by telling desc limit 1
"""
NOTIFICATION = "select notification_id, state, reason, record_id from notification where notification_id = $1"
RECORD = "select record_id, state, cohort, force from record where record_id = $1"
RECORD_BY_REFERENCE = """
select record_id, record.state, cohort, force from notification join record using (record_id)
where reference_key = $1 order by telling desc limit 1
"""


async def notification_by_reference(tx: Transaction, reference_key: bytes) -> Record | None:
    """The latest telling under a channel's reference."""
    return await tx.fetchrow(NOTIFICATION_BY_REFERENCE, reference_key)


async def notification(tx: Transaction, notification_id: UUID) -> Record | None:
    return await tx.fetchrow(NOTIFICATION, notification_id)


async def record(tx: Transaction, record_id: UUID) -> Record | None:
    return await tx.fetchrow(RECORD, record_id)


async def record_by_reference(tx: Transaction, reference_key: bytes) -> Record | None:
    """The record that a channel's reference is on, by its latest telling there."""
    return await tx.fetchrow(RECORD_BY_REFERENCE, reference_key)
