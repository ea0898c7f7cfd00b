"""The SQL that writes the ledger: append-only, each line of each fact once."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.database import Transaction, columns
from services.stats.ledger import DEPARTURES, OUTCOMES, Entry, Measure, Movement, Standing

REVERSIBLE = sorted(OUTCOMES | DEPARTURES)

# What was taken back cancels with what it takes back, because a reversal repeats day and dimensions.
STANDING = """
select subject, measure, day, channel, reason, cohort, force, opened_day from movement
where subject = any($1::uuid[]) and measure = any($2::text[])
group by subject, measure, day, channel, reason, cohort, force, opened_day
having sum(amount) > 0
"""

APPEND = """
insert into movement (fact_id, line, subject, measure, day, known, amount, channel, reason, cohort, force, opened_day)
select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::date[], $6::timestamptz[], $7::int[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::date[])
"""


async def load(tx: Transaction, subjects: Iterable[UUID]) -> Standing:
    """What stands about these notifications and records and may be taken back.

    No row is locked: the ledger only grows, and a subject's facts come on one partition, whose place this transaction holds.
    """
    rows = await tx.fetch(STANDING, sorted(set(subjects)), REVERSIBLE)
    return Standing(Entry(**{**row, "measure": Measure(row["measure"])}) for row in rows)


async def save(tx: Transaction, movements: Sequence[Movement]) -> None:
    """Append them.

    Raises:
        asyncpg.UniqueViolationError: a line of one of these facts is in the ledger already.
    """
    if movements:
        rows = [
            (
                each.fact_id, each.line, each.entry.subject, each.entry.measure, each.entry.day, each.known, each.amount,
                each.entry.channel, each.entry.reason, each.entry.cohort, each.entry.force, each.entry.opened_day,
            )
            for each in movements
        ]  # fmt: skip
        await tx.execute(APPEND, *columns(rows, 12))
