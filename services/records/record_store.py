"""The records with their numbers, namesakes and convictions in the database: set-based, and locked before anybody decides on them."""

from collections.abc import Collection, Iterable
from uuid import UUID

from asyncpg import Record

from chassis.database import Transaction, columns
from chassis.ids import uuid7
from contracts.codes import CloseReason, Cohort
from contracts.identifiers import PartialDate
from services.records.identity import IdentityKeys
from services.records.register import KnownRecord, RecordState, Register
from trust.keys import Keys

NUMBERS = "select number_key, record_id from number where number_key = any($1)"
NAMESAKES = "select namesake_key, record_id from namesake where namesake_key = any($1)"
RECORDS = """
select record_id, cohort, state, birth_date, wrapped_key, handover_id, close_reason from record
where record_id = any($1) order by record_id for update
"""
CONVICTIONS = "select record_id, conviction_key, court_day_key, notification_id from conviction where record_id = any($1)"

CREATE = """
insert into record (record_id, cohort, state, wrapped_key, birth_date)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::bytea[])
"""
ADD_NUMBERS = "insert into number (number_key, record_id) select * from unnest($1::bytea[], $2::uuid[])"
ADD_NAMESAKES = "insert into namesake (namesake_key, record_id) select * from unnest($1::bytea[], $2::uuid[]) on conflict do nothing"
ADD_CONVICTIONS = """
insert into conviction (record_id, conviction_key, court_day_key, notification_id)
select * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::uuid[])
"""
NARROW = """
update record set birth_date = told.birth_date
from unnest($1::uuid[], $2::bytea[]) as told (record_id, birth_date)
where record.record_id = told.record_id
"""


async def load_people(tx: Transaction, keys: Keys, people: Iterable[IdentityKeys], named: UUID | None = None) -> Register:
    """The part of the register that these people's numbers and names touch, and the record that somebody named."""
    register = Register(uuid7)
    wanted = list(people)
    numbers = sorted({number for person in wanted for number in person.numbers})
    namesakes = sorted({person.namesake for person in wanted if person.namesake is not None})
    if numbers:
        register.holders = {row["number_key"]: row["record_id"] for row in await tx.fetch(NUMBERS, numbers)}
    if namesakes:
        register.namesakes = {row["namesake_key"]: row["record_id"] for row in await tx.fetch(NAMESAKES, namesakes)}
    held_by = set(register.holders.values()) | ({named} if named else set())
    register.records = await load_records(tx, keys, held_by)
    return register


async def load_records(tx: Transaction, keys: Keys, record_ids: Collection[UUID]) -> dict[UUID, KnownRecord]:
    """These records, locked in the order of their ids; those that do not exist are left out."""
    if not record_ids:
        return {}
    wanted = sorted(record_ids)
    records = {row["record_id"]: _known(keys, row) for row in await tx.fetch(RECORDS, wanted)}
    for row in await tx.fetch(CONVICTIONS, wanted):
        record = records[row["record_id"]]
        record.convictions[row["conviction_key"]] = row["notification_id"]
        record.court_days.add(row["court_day_key"])
    return records


async def create_records(tx: Transaction, keys: Keys, register: Register) -> None:
    """Write the new records, each under a key of its own, with their numbers; and what was learnt about old ones."""
    for record in register.created:
        record.wrapped_key = keys.new_record_key()
    created = [(each.record_id, each.cohort, each.state, each.wrapped_key, _seal_birth_date(keys, each)) for each in register.created]
    new = {each.record_id for each in register.created}
    narrowed = [(each, _seal_birth_date(keys, register.records[each])) for each in sorted(register.narrowed) if each not in new]
    for statement, rows in (
        (CREATE, created),
        (NARROW, narrowed),
        (ADD_NUMBERS, register.new_numbers),
        (ADD_NAMESAKES, register.new_namesakes),
    ):
        if rows:
            await tx.execute(statement, *columns(list(rows), len(rows[0])))


async def add_convictions(tx: Transaction, register: Register) -> None:
    """Put new convictions on their records, once the notifications that brought them are written."""
    if register.new_convictions:
        await tx.execute(ADD_CONVICTIONS, *columns(list(register.new_convictions), 4))


def _seal_birth_date(keys: Keys, record: KnownRecord) -> bytes | None:
    if record.birth_date is None or record.wrapped_key is None:
        return None
    return keys.seal(record.wrapped_key, record.birth_date.root.encode(), f"record.birth_date:{record.record_id}")


def _known(keys: Keys, row: Record) -> KnownRecord:
    return KnownRecord(
        row["record_id"],
        Cohort(row["cohort"]),
        RecordState(row["state"]),
        _open_birth_date(keys, row),
        handover_id=row["handover_id"],
        close_reason=None if row["close_reason"] is None else CloseReason(row["close_reason"]),
        wrapped_key=row["wrapped_key"],
    )


def _open_birth_date(keys: Keys, row: Record) -> PartialDate | None:
    if row["birth_date"] is None:
        return None
    return PartialDate(keys.open(row["wrapped_key"], row["birth_date"], f"record.birth_date:{row['record_id']}").decode())
