"""The SQL that keeps the figures told to dashboards: moved and read in one statement, whose row locks put their tellings in order."""

from collections.abc import Sequence
from datetime import date

from chassis.database import Transaction, columns
from contracts.codes import Statistic
from services.stats.telling import Figure, Step, Total, moved_with

# Locked in the order of measure and period, so that two instances wait for each other instead of deadlocking. Of periods that have
# ended only those of the same topic become final here: figures of records are always locked before those of checks.
MOVE = """
with moved as (
    select * from unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::timestamptz[])
        as moved (measure, period, ends, amount, known)
), ended as (
    select measure, period, ends, 0::bigint, known from figure
    where not final and ends < $6 and measure = any($7::text[]) and (measure, period) not in (select measure, period from moved)
)
insert into figure (measure, period, ends, value, known, final)
select measure, period, ends, amount, known, ends < $6 from (select * from moved union all select * from ended) as touched
order by measure, period
on conflict (measure, period) do update
set value = figure.value + excluded.value, known = greatest(figure.known, excluded.known), final = figure.final or excluded.final
where excluded.value <> 0 or (excluded.final and not figure.final)
returning measure, period, ends, value, known, final
"""


async def move(tx: Transaction, steps: Sequence[Step], *, until: date) -> list[Total]:
    """Every figure that changed. `until` is the latest day heard of: a period that ended before it is final."""
    if not steps:
        return []
    rows = [(step.figure.measure, step.figure.period, step.figure.ends, step.amount, step.known) for step in steps]
    found = await tx.fetch(MOVE, *columns(rows, 5), until, moved_with(steps))
    return [Total(Figure(Statistic(row["measure"]), row["period"], row["ends"]), row["value"], row["known"], row["final"]) for row in found]
