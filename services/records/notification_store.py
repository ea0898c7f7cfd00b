"""The tellings of notifications in the database. Of what was refused no content is kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.database import Transaction, columns
from services.records import record_store
from services.records.locks import lock_people
from services.records.register import NotificationState, Outcome, Register, Told
from trust.keys import Keys

TELLINGS = """
select reference_key, content_key, notification_id from notification
where reference_key = any($1) order by reference_key, telling
"""

ADD = """
insert into notification (notification_id, reference_key, telling, channel, content_key, state, reason, record_id, wrapped_key, content,
    decided_on)
select * from unnest($1::uuid[], $2::bytea[], $3::int[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::uuid[], $9::bytea[],
    $10::bytea[], $11::date[])
"""


async def load(tx: Transaction, keys: Keys, told: Sequence[Told]) -> Register:
    """Lock the people who may get a record, then read what the batch touches: one query a table, none for what is refused anyway."""
    people = [each.identity for each in told if each.grounds is None]
    await lock_people(tx, people)
    register = await record_store.load_people(tx, keys, people)
    for row in await tx.fetch(TELLINGS, sorted({each.reference_key for each in told})):
        register.tellings.setdefault(row["reference_key"], []).append((row["content_key"], row["notification_id"]))
    return register


async def save(tx: Transaction, keys: Keys, register: Register) -> None:
    """Write what was decided: one statement a table."""
    await record_store.create_records(tx, keys, register)
    if register.outcomes:
        await tx.execute(ADD, *columns([_row(keys, each, register) for each in register.outcomes], 11))
    await record_store.add_convictions(tx, register)


def seal_outcome(keys: Keys, outcome: Outcome, register: Register) -> tuple[bytes | None, bytes | None]:
    """The key of its own that a referred notification gets, and the sealed content; neither for what was refused."""
    if outcome.state is NotificationState.REFUSED:
        return None, None
    if outcome.record_id is not None:
        wrapped_key, own_key = register.records[outcome.record_id].wrapped_key, None
    else:
        wrapped_key = own_key = keys.new_record_key()
    if wrapped_key is None:
        message = "a record gets its key before anything is sealed under it"
        raise RuntimeError(message)
    content = outcome.told.notification.model_dump_json().encode()
    return own_key, keys.seal(wrapped_key, content, context_of(outcome.notification_id))


def context_of(notification_id: UUID) -> str:
    """The one place where this content may be opened."""
    return f"notification.content:{notification_id}"


def _row(keys: Keys, outcome: Outcome, register: Register) -> tuple[Any, ...]:
    told = outcome.told
    own_key, content = seal_outcome(keys, outcome, register)
    return (
        outcome.notification_id, told.reference_key, outcome.telling, told.channel, told.content_key, outcome.state, outcome.reason,
        outcome.record_id, own_key, content, told.day,
    )  # fmt: skip
