"""Travel notices in the database, sealed: on a record, or waiting for a person to find one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from chassis.database import Transaction, columns
from contracts.codes import Sender
from contracts.travel_notices import TravelNoticeReceived
from services.records import record_store
from services.records.identity import IdentityKeys
from services.records.travel_decision import Doubt, NoticeOutcome, ToldNotice, TravelRegister
from trust.keys import Keys

TELLINGS = "select reference_key, content_key from travel_notice where reference_key = any($1) order by reference_key, telling"

ADD = """
insert into travel_notice (travel_id, reference_key, telling, sender, content_key, state, reason, record_id, landing_day,
    wrapped_key, content, decided_on)
select * from unnest($1::uuid[], $2::bytea[], $3::int[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::uuid[], $9::date[],
    $10::bytea[], $11::bytea[], $12::date[])
"""

WAITING = """
select travel_id, sender, reason, landing_day, wrapped_key, content from travel_notice
where state = 'referred' order by landing_day, travel_id limit $1
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that a person has to look at."""

    travel_id: UUID
    sender: Sender
    reason: Doubt
    landing_day: date
    notice: TravelNoticeReceived


async def load(tx: Transaction, keys: Keys, told: Sequence[ToldNotice]) -> TravelRegister:
    """What was told before under the same references, and the records that the travellers' numbers are on, locked."""
    people = await record_store.load_people(tx, keys, [IdentityKeys(each.numbers) for each in told])
    register = TravelRegister(people)
    for row in await tx.fetch(TELLINGS, sorted({each.reference_key for each in told})):
        register.tellings.setdefault(row["reference_key"], []).append(row["content_key"])
    return register


async def save(tx: Transaction, keys: Keys, register: TravelRegister) -> None:
    """Write what was decided, in one statement."""
    if register.outcomes:
        await tx.execute(ADD, *columns([_row(keys, each) for each in register.outcomes], 12))


async def waiting(tx: Transaction, keys: Keys, at_most: int) -> list[Waiting]:
    """Who waits for a person, the next to land first."""
    found = [
        Waiting(row["travel_id"], Sender(row["sender"]), Doubt(row["reason"]), row["landing_day"], _open(keys, row))
        for row in await tx.fetch(WAITING, at_most)
    ]
    return sorted(found, key=lambda each: each.notice.landing_at)


def _open(keys: Keys, row: Record) -> TravelNoticeReceived:
    content = keys.open(row["wrapped_key"], row["content"], _context(row["travel_id"]))
    return TravelNoticeReceived.model_validate_json(content)


def _context(travel_id: UUID) -> str:
    return f"travel_notice.content:{travel_id}"


def _row(keys: Keys, outcome: NoticeOutcome) -> tuple[Any, ...]:
    told, record = outcome.told, outcome.record
    records_key = None if record is None else record.wrapped_key
    own_key = keys.new_record_key() if records_key is None else None
    content = keys.seal(records_key or own_key or b"", told.notice.model_dump_json().encode(), _context(outcome.travel_id))
    return (
        outcome.travel_id, told.reference_key, outcome.telling, told.sender, told.content_key, "referred" if record is None else "matched",
        outcome.doubt, None if record is None else record.record_id, told.landing_day, own_key, content, told.day,
    )  # fmt: skip
