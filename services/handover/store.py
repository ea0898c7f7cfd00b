"""The SQL of handover: one locked row for each record, under which all its handovers change."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter
from uuid import UUID

import asyncpg

from chassis.database import Transaction, columns
from chassis.ids import uuid7
from contracts.codes import Cohort
from services.handover.caseload import Case, Caseload, CaseState, Handover, HandoverState

LOCK = """
select record_id, cohort, state, landing_day, handover_id from caseload
where record_id = any($1::uuid[])
    or record_id in (select handover.record_id from handover where handover.handover_id = any($2::uuid[]))
order by record_id
for update
"""

# Read after the rows above are locked: what another process committed while this one waited is seen.
HANDOVERS = """
select handover_id, record_id, force, state, landing_day, offered_day, accepted_day, effective_day, withdrawn_day, reason, decided_by
from handover where record_id = any($1::uuid[])
"""

# Only finds and locks; what is due is decided on the handovers as they are read after that.
DUE = """
select caseload.record_id from caseload join handover using (handover_id)
where caseload.state = 'accepted' and caseload.landing_day <= $1 and coalesce(handover.accepted_day <= $1, true) and caseload.record_id > $2
order by caseload.record_id limit $3
for update of caseload skip locked
"""

SAVE_CASES = """
insert into caseload (record_id, cohort, state, landing_day, handover_id)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::uuid[])
on conflict (record_id) do update
set state = excluded.state, landing_day = excluded.landing_day, handover_id = excluded.handover_id
"""

SAVE_HANDOVERS = """
insert into handover (
    handover_id, record_id, force, state, landing_day, offered_day, accepted_day, effective_day, withdrawn_day, reason, decided_by
)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[], $7::date[], $8::date[], $9::date[],
    $10::text[], $11::text[])
on conflict (handover_id) do update
set state = excluded.state, landing_day = excluded.landing_day, accepted_day = excluded.accepted_day,
    effective_day = excluded.effective_day, withdrawn_day = excluded.withdrawn_day, reason = excluded.reason
"""

# The same stray told again is one stray, as of the day on which it came last: a person looks at the latest first.
SAVE_STRAYS = """
insert into stray (about, force, told, reason, day)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[])
on conflict (about, force, told, reason) do update set day = greatest(stray.day, excluded.day)
"""


async def load(tx: Transaction, record_ids: Iterable[UUID] = (), handover_ids: Iterable[UUID] = ()) -> Caseload:
    """The cases of these records, and of the records that these handovers are about, locked in the order of their keys."""
    rows = await tx.fetch(LOCK, sorted(set(record_ids)), sorted(set(handover_ids)))
    cases = {row["record_id"]: case_of(row) for row in rows}
    handovers = await tx.fetch(HANDOVERS, list(cases)) if cases else []
    return Caseload(new_id=uuid7, cases=cases, handovers={row["handover_id"]: handover_of(row) for row in handovers})


async def lock_due(tx: Transaction, day: date, after: UUID, limit: int) -> list[UUID]:
    """At most `limit` records, in order from that one on, whose accepted handover takes effect by the end of `day`, locked.

    Another process' rows are left to it.
    """
    return [row["record_id"] for row in await tx.fetch(DUE, day, after, limit)]


async def save(tx: Transaction, caseload: Caseload) -> None:
    """Write down what was changed, one statement a table."""
    await _save_cases(tx, [caseload.cases[key] for key in sorted(caseload.changed_cases)])
    await _save_handovers(tx, [caseload.handovers[key] for key in sorted(caseload.changed_handovers)])
    if caseload.strays:
        latest = {(each.about, each.force, each.told, each.reason): each.day for each in sorted(caseload.strays, key=attrgetter("day"))}
        rows = [(*each, day) for each, day in sorted(latest.items())]
        await tx.execute(SAVE_STRAYS, *columns(rows, 5))


async def _save_cases(tx: Transaction, cases: Sequence[Case]) -> None:
    if cases:
        rows = [(each.record_id, each.cohort, each.state, each.landing_day, each.handover_id) for each in cases]
        await tx.execute(SAVE_CASES, *columns(rows, 5))


async def _save_handovers(tx: Transaction, handovers: Sequence[Handover]) -> None:
    if handovers:
        rows = [
            (
                each.handover_id, each.record_id, each.force, each.state, each.landing_day, each.offered_day, each.accepted_day,
                each.effective_day, each.withdrawn_day, each.reason, each.decided_by,
            )
            for each in handovers
        ]  # fmt: skip
        await tx.execute(SAVE_HANDOVERS, *columns(rows, 11))


def case_of(row: asyncpg.Record) -> Case:
    return Case(row["record_id"], Cohort(row["cohort"]), CaseState(row["state"]), row["landing_day"], row["handover_id"])


def handover_of(row: asyncpg.Record) -> Handover:
    return Handover(**{**row, "state": HandoverState(row["state"])})
