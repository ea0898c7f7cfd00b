"""What a person looks at: reads that lock nothing."""

from uuid import UUID

import asyncpg

from chassis.database import Transaction
from services.handover.caseload import Case, CaseState, Handover
from services.handover.store import case_of, handover_of

HANDOVER = """
select handover_id, record_id, force, state, landing_day, offered_day, accepted_day, effective_day, withdrawn_day, reason, decided_by
from handover where handover_id = $1
"""

CASE = "select record_id, cohort, state, landing_day, handover_id from caseload where record_id = $1"

CASES = """
select record_id, cohort, state, landing_day, handover_id from caseload
where state = $1 order by landing_day, record_id limit $2
"""

STRAYS = "select about, force, told, reason, day from stray order by day desc, about limit $1"


async def handover(tx: Transaction, handover_id: UUID) -> Handover | None:
    row = await tx.fetchrow(HANDOVER, handover_id)
    return None if row is None else handover_of(row)


async def case(tx: Transaction, record_id: UUID) -> Case | None:
    row = await tx.fetchrow(CASE, record_id)
    return None if row is None else case_of(row)


async def cases(tx: Transaction, state: CaseState, limit: int) -> list[Case]:
    """At most `limit` cases in this state, the next landing first."""
    return [case_of(row) for row in await tx.fetch(CASES, state, limit)]


async def strays(tx: Transaction, limit: int) -> list[asyncpg.Record]:
    """At most `limit` strays, the latest first, as they are kept."""
    return list(await tx.fetch(STRAYS, limit))
