"""Whether statistics counted what the facts say: the ledger line by line, and each figure where it is kept and where it is told."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chassis.occasion import london_day
from services.stats.ledger import Movement, Standing
from services.stats.movement import HeardFact, decide
from services.stats.telling import steps
from tests.proof.looking import Lying, rows_of, topic_of
from tests.proof.system import System
from tests.proof.verdict import Verdict

LEDGER = "select fact_id, line, subject, measure, day, known, amount, channel, reason, cohort, force, opened_day from movement"
FIGURES = "select measure, period, value from figure where value <> 0"
LATEST_SAID = "select distinct on (subject) subject, payload from said where topic = 'statistics.v1' order by subject, version desc"


async def counted(verdict: Verdict, system: System, facts: Mapping[str, Sequence[Lying]]) -> None:
    """Count once more all that statistics hear, and compare."""
    movements = [each for lies in facts.values() for each in _counted_again(lies)]
    kept = [tuple(row) for row in await rows_of(system, "stats", LEDGER)]
    verdict.check("the ledger is not what the facts make of it", holds=Counter(kept) == Counter(map(_row, movements)))
    figures = {(each.figure.measure, each.figure.period): each.amount for each in steps(movements)}
    stands = {(row["measure"], row["period"]): row["value"] for row in await rows_of(system, "stats", FIGURES)}
    verdict.check("figures are not the sums of the ledger", holds=stands == figures)
    lies = {each.told.subject: each for each in await topic_of(system, "statistics.v1")}
    told = {(each.told.data.measure, each.told.data.period): each.told.data.value for each in lies.values() if each.told.data.value}
    verdict.check("dashboards are told other figures", holds=told == figures)
    said = {row["subject"]: row["payload"] for row in await rows_of(system, "stats", LATEST_SAID)}
    latest = {subject: each.value for subject, each in lies.items()}
    verdict.check("statistics.v1 does not hold the latest of each figure", holds=latest == said and bool(said))


def _counted_again(lies: Sequence[Lying]) -> Iterator[Movement]:
    """Each subject's facts in the order of their versions, however they lie."""
    standing = Standing()
    for each in sorted(lies, key=lambda lying: lying.told.version or 0):
        told = each.told
        yield from decide(HeardFact(told.data, told.id, london_day(told.time), told.recordedtime or told.time), standing)


def _row(each: Movement) -> tuple[Any, ...]:
    entry = each.entry
    dimensions = entry.channel, entry.reason, entry.cohort, entry.force, entry.opened_day
    return each.fact_id, each.line, entry.subject, entry.measure, entry.day, each.known, each.amount, *dimensions
