"""The SQL that counts: every figure is a sum over the ledger, as it was known at an instant where one is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from chassis.database import Transaction
from services.stats.counting import Sent
from services.stats.ledger import ARRIVALS, DEPARTURES, OUTCOMES, Measure
from services.stats.year import FinancialYear, Stock

AS_OF = "select max(known) as known, count(*) as movements from movement where $1::timestamptz is null or known <= $1"

# Counted record by record, so that a record that left twice or never came shows as a stock that does not balance.
STOCK = """
with managed as (
    select
        subject,
        coalesce(sum(case when measure = any($3::text[]) then amount else -amount end) filter (where day < $1), 0) as before,
        sum(case when measure = any($3::text[]) then amount else -amount end) as after
    from movement
    where (measure = any($3::text[]) or measure = any($4::text[])) and day <= $2 and ($5::timestamptz is null or known <= $5)
    group by subject
)
select count(*) filter (where before > 0) as opening, count(*) filter (where after > 0) as closing from managed
"""

TOTALS = """
select measure, sum(amount)::bigint as total from movement
where measure = any($1::text[]) and day between $2 and $3 and ($4::timestamptz is null or known <= $4)
group by measure
"""

OPENED = """
select date_trunc('month', day)::date as month, sum(amount)::bigint as total from movement
where measure = 'check-opened' and day between $1 and $2 and ($3::timestamptz is null or known <= $3)
group by 1
"""

SENT = """
select date_trunc('month', opened_day)::date as opened_month, date_trunc('month', day)::date as sent_month, sum(amount)::bigint as reports
from movement
where measure = 'report-sent' and day between $1 and $2 and ($3::timestamptz is null or known <= $3)
group by 1, 2
"""

OUTCOME = """
select channel, measure, reason, sum(amount)::bigint as total from movement
where measure = any($1::text[]) and day between $2 and $3 and ($4::timestamptz is null or known <= $4)
group by channel, measure, reason having sum(amount) <> 0
order by channel, measure, reason
"""

TRANSFERS = """
select force, sum(amount)::bigint as total from movement
where measure = 'transferred' and day between $1 and $2 and ($3::timestamptz is null or known <= $3)
group by force having sum(amount) <> 0
order by force
"""


@dataclass(frozen=True, slots=True)
class AsOf:
    """How far the ledger reached: the latest instant at which a fact in it was committed, and its number of rows."""

    known: datetime | None
    movements: int


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many tellings of one channel ended one way, for one reason where that way has reasons."""

    channel: str
    measure: Measure
    reason: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both counted, as known at an instant or, with None, now."""

    first: date
    last: date
    as_known: datetime | None


async def as_of(tx: Transaction, as_known: datetime | None) -> AsOf:
    row = await _one(tx, AS_OF, as_known)
    return AsOf(row["known"], row["movements"])


async def stock(tx: Transaction, year: FinancialYear, as_known: datetime | None) -> Stock:
    """The year's opening, its movements and its closing."""
    moved = await _totals(tx, sorted(ARRIVALS | DEPARTURES), Period(year.start, year.end, as_known))
    managed = await _one(tx, STOCK, year.start, year.end, sorted(ARRIVALS), sorted(DEPARTURES), as_known)
    return Stock(**moved, opening=managed["opening"], closing=managed["closing"])


async def checks_opened(tx: Transaction, period: Period) -> dict[date, int]:
    """Tasks created, by month."""
    rows = await tx.fetch(OPENED, period.first, period.last, period.as_known)
    return {row["month"]: row["total"] for row in rows}


async def reports_sent(tx: Transaction, period: Period) -> list[Sent]:
    """Reports sent in the period, by the months of their task and of their sending."""
    return [Sent(**row) for row in await tx.fetch(SENT, period.first, period.last, period.as_known)]


async def outcomes(tx: Transaction, period: Period) -> list[Outcomes]:
    """What became of the tellings that were first decided on in the period."""
    rows = await tx.fetch(OUTCOME, sorted(OUTCOMES), period.first, period.last, period.as_known)
    return [Outcomes(row["channel"], Measure(row["measure"]), row["reason"], row["total"]) for row in rows]


async def transfers(tx: Transaction, period: Period) -> dict[str, int]:
    """Records transferred, by force and effective day."""
    rows = await tx.fetch(TRANSFERS, period.first, period.last, period.as_known)
    return {row["force"]: row["total"] for row in rows}


async def _totals(tx: Transaction, measures: Sequence[Measure], period: Period) -> dict[str, int]:
    rows = await tx.fetch(TOTALS, measures, period.first, period.last, period.as_known)
    found = {row["measure"]: row["total"] for row in rows}
    return {measure.value: found.get(measure, 0) for measure in measures}


async def _one(tx: Transaction, statement: str, *values: date | datetime | Sequence[str] | None) -> asyncpg.Record:
    """The one row that an aggregate without groups always has."""
    (row,) = await tx.fetch(statement, *values)
    return row
