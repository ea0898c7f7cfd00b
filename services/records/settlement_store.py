"""Referred notifications and what a person made of them, in the database."""

from datetime import date
from uuid import UUID

from asyncpg import Record

from chassis.database import Transaction
from contracts.codes import Channel, RefusalReason
from contracts.notifications import NotificationReceived
from services.records.notification_store import context_of, seal_outcome
from services.records.register import Outcome, Register
from trust.keys import Keys

LOCK = """
select notification_id, state, reason, record_id, channel, wrapped_key, content, decided_by
from notification where notification_id = $1 for update
"""
ACCEPT = """
update notification
set state = 'accepted', reason = null, record_id = $2, wrapped_key = null, content = $3, decided_by = $4, decided_on = $5
where notification_id = $1
"""
REFUSE = """
update notification set state = 'refused', reason = $2, wrapped_key = null, content = null, decided_by = $3, decided_on = $4
where notification_id = $1
"""


async def lock(tx: Transaction, notification_id: UUID) -> Record | None:
    """The row of one notification, locked; None if there is none."""
    return await tx.fetchrow(LOCK, notification_id)


def open_content(keys: Keys, row: Record) -> tuple[NotificationReceived, Channel]:
    """What a referred notification said, and on which channel."""
    content = keys.open(row["wrapped_key"], row["content"], context_of(row["notification_id"]))
    return NotificationReceived.model_validate_json(content), Channel(row["channel"])


async def save_accepted(tx: Transaction, keys: Keys, register: Register, decided_by: str, decided_on: date) -> None:
    """Put the notification on its record: its content is sealed again, under the record's key."""
    outcome: Outcome = register.outcomes[0]
    _, content = seal_outcome(keys, outcome, register)
    await tx.execute(ACCEPT, outcome.notification_id, outcome.record_id, content, decided_by, decided_on)


async def save_refused(tx: Transaction, notification_id: UUID, reason: RefusalReason, decided_by: str, decided_on: date) -> None:
    """Refuse it: its content and the key to it are gone."""
    await tx.execute(REFUSE, notification_id, reason, decided_by, decided_on)
