"""What dashboards hear live is what they would be answered: each figure told when it changes, in the order in which it changed."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from chassis.occasion import Received
from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import FigureStatus
from contracts.fact import Fact
from contracts.statistics import MeasureUpdated
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk, received
from tests.stats.told import ACCEPTED, ask, closed, created, transferred
from tests.waiting import until

FIRST, MAY, JUNE, JULY, AUGUST = date(2021, 4, 1), date(2021, 5, 3), date(2021, 6, 10), date(2021, 7, 20), date(2021, 8, 2)
YEAR = {"from": "2021-04", "to": "2022-03"}
COUNTED = (
    "select to_char(day, 'YYYY-MM') as period, measure, sum(amount)::bigint as value from movement where measure = any($1) group by 1, 2"
)
WAITS = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"


def opened(number: int) -> IntelCheckOpened:
    return IntelCheckOpened(record_id=UUID(int=number), check_id=UUID(int=number))


def sent(number: int, opened_day: date) -> IntelReportSent:
    return IntelReportSent(record_id=UUID(int=number), check_id=UUID(int=number), opened_day=opened_day)


def a_mixed_year() -> list[tuple[Fact, date]]:
    """Forty records with their checks; some closed, some transferred, some closed and then transferred, and one told late."""
    told: list[tuple[Fact, date]] = []
    for number in range(1, 41):
        day = FIRST + timedelta(days=7 * number)
        told += [(created(number), day), (opened(number), day), (sent(number, day), day + timedelta(days=number % 45))]
        if number % 5 == 0:
            told.append((closed(number), day + timedelta(days=30)))
        if number % 10 == 0:
            told.append((transferred(number, day + timedelta(days=20)), day + timedelta(days=60)))
        if number % 7 == 0:
            told.append((transferred(number, day + timedelta(days=9)), day + timedelta(days=9)))
    return [*sorted(told, key=lambda each: each[1]), (created(99), MAY), (ACCEPTED, MAY)]


async def latest(stats: Desk) -> dict[str, MeasureUpdated]:
    """What a dashboard shows: the highest version of each figure."""
    told = sorted(await stats.said(), key=lambda envelope: envelope.version or 0)
    return {envelope.subject: envelope.data for envelope in told}


async def values(stats: Desk) -> dict[str, int]:
    return {subject.removesuffix(":national"): figure.value for subject, figure in (await latest(stats)).items()}


async def answered(stats: Desk) -> dict[str, int]:
    """The same figures as statistics answer them over HTTP, and by month from the ledger where no route asks for months; without zeros."""
    year = await ask(stats, "/years/2021-22")
    months = (await ask(stats, "/intelligence-checks", **YEAR))["months"]
    found = {f"{name}:2021-22": year[name] for name in ("created", "transferred", "closed")}
    for month in months:
        found |= {f"checks-{name.replace('_', '-')}:{month['month']}": month[name] for name in ("opened", "rule_a", "rule_b", "published")}
    for name in ("opened", "rule_a", "rule_b"):
        found[f"checks-{name.replace('_', '-')}:2021-22"] = sum(month[name] for month in months)
    rows = await stats.pool.fetch(COUNTED, ["created", "transferred", "closed"])
    found |= {f"{row['measure']}:{row['period']}": row["value"] for row in rows}
    return {name: value for name, value in found.items() if value}


async def test_every_figure_told_is_the_figure_answered_however_facts_come_together(stats: Desk, database: FreshDatabase) -> None:
    facts = [received(fact, day, fact_id=UUID(int=1000 + at)) for at, (fact, day) in enumerate(a_mixed_year())]
    chance = random.Random(7)  # noqa: S311 - the same batches at every run
    async with desk(stats.room, await database("stats")) as at_once:
        await at_once.hear(*facts)
        whole = await values(at_once)

    for batch in _batches(facts, chance):
        await stats.hear(*batch)

    told = {name: value for name, value in (await values(stats)).items() if value}
    assert told == await answered(stats)
    assert told == {name: value for name, value in whole.items() if value}
    assert told["transferred:2021-22"] == 9


def _batches(facts: Sequence[Received[Any]], chance: random.Random) -> list[Sequence[Received[Any]]]:
    batches, start = list[Sequence[Received[Any]]](), 0
    while start < len(facts):
        end = start + chance.randrange(1, 12)
        batches.append(facts[start:end])
        start = end
    return batches


async def test_a_closure_that_a_transfer_outweighs_is_taken_back_from_the_figure_of_its_own_month(stats: Desk) -> None:
    await stats.hear(received(created(1), MAY), received(closed(1), JUNE))
    before = await values(stats)
    await stats.hear(received(transferred(1, JULY), AUGUST))

    assert before["closed:2021-06"] == 1
    assert await values(stats) == {
        "created:2021-05": 1, "created:2021-22": 1, "closed:2021-06": 0, "closed:2021-22": 0,
        "transferred:2021-07": 1, "transferred:2021-22": 1,
    }  # fmt: skip


async def test_only_what_changed_is_told(stats: Desk) -> None:
    await stats.hear(received(created(1), MAY))
    before = len(await stats.said())
    await stats.hear(received(ACCEPTED, MAY))
    await stats.hear(received(created(2), JUNE), received(closed(3), MAY), received(transferred(3, MAY), MAY))

    told = [(envelope.subject, envelope.version) for envelope in (await stats.said())[before:]]
    assert sorted(told) == [
        ("created:2021-05:national", 2), ("created:2021-06:national", 1), ("created:2021-22:national", 2),
        ("transferred:2021-05:national", 1), ("transferred:2021-22:national", 1),
    ]  # fmt: skip


async def test_a_figure_is_provisional_until_something_of_a_later_day_is_heard_and_final_for_ever(stats: Desk) -> None:
    await stats.hear(received(created(1), MAY))
    during = (await latest(stats))["created:2021-05:national"].status
    await stats.hear(received(created(2), JUNE))
    after = (await latest(stats))["created:2021-05:national"]
    await stats.hear(received(created(3), MAY))
    late = (await latest(stats))["created:2021-05:national"]

    assert during is FigureStatus.PROVISIONAL
    assert (after.status, after.value) == (FigureStatus.FINAL, 1)
    assert (late.status, late.value) == (FigureStatus.FINAL, 2)
    assert (await latest(stats))["created:2021-22:national"].status is FigureStatus.PROVISIONAL


async def test_the_last_day_of_a_month_does_not_end_it_and_the_first_of_the_next_does(stats: Desk) -> None:
    await stats.hear(received(created(1), date(2021, 5, 31)))
    await stats.hear(received(closed(1), date(2021, 5, 31)))
    on_the_last_day = (await latest(stats))["created:2021-05:national"].status
    await stats.hear(received(created(2), date(2021, 6, 1)))

    assert on_the_last_day is FigureStatus.PROVISIONAL
    assert (await latest(stats))["created:2021-05:national"].status is FigureStatus.FINAL


async def test_a_figure_says_how_far_it_reaches_and_leads_back_to_no_fact(stats: Desk) -> None:
    fact = received(created(1), MAY)
    await stats.hear(fact)

    for told in await stats.said():
        assert told.data.known == fact.envelope.recordedtime
        assert (told.causationid, told.correlationid, told.traceparent) == (None, None, None)
        assert str(fact.envelope.id) not in str(told)


async def both_hear(stats: Desk, one: Received[Any], other: Received[Any]) -> None:
    """The second of two instances hears of something while the first has not committed yet."""
    async with stats.pool.acquire() as tx:
        first = tx.transaction()
        await first.start()
        await stats.room.families["records"]([one], tx)
        second = asyncio.create_task(stats.hear(other))
        await until(lambda: stats.pool.fetchval(WAITS), "the other instance waits")
        await first.commit()
        await second


async def test_two_instances_tell_one_figure_in_the_order_in_which_they_commit(stats: Desk) -> None:
    await both_hear(stats, received(created(1), MAY), received(created(2), MAY))

    told = [envelope for envelope in await stats.said() if envelope.subject == "created:2021-05:national"]
    assert [(envelope.version, envelope.data.value) for envelope in told] == [(1, 1), (2, 2)]


async def test_of_two_instances_that_find_a_period_ended_one_tells_so(stats: Desk) -> None:
    await stats.hear(received(created(1), MAY))

    await both_hear(stats, received(created(2), JUNE), received(created(3), JUNE))

    told = [envelope.data.status for envelope in await stats.said() if envelope.subject == "created:2021-05:national"]
    assert told == [FigureStatus.PROVISIONAL, FigureStatus.FINAL]


async def test_instances_that_move_the_same_figures_at_once_neither_stop_each_other_nor_miscount(stats: Desk) -> None:
    days = [MAY, JUNE, JULY, AUGUST]

    async def instance(start: int) -> None:
        for number in range(start, start + 25):
            order = days if number % 2 else days[::-1]
            batch = [received(created(10 * number + at), day) for at, day in enumerate(order)]
            await stats.hear(*batch, received(opened(number), order[0]), received(sent(number, MAY), order[1]))

    await asyncio.gather(instance(100), instance(200), instance(300))

    assert {name: value for name, value in (await values(stats)).items() if value} == await answered(stats)


async def test_a_figure_that_is_built_again_is_told_under_higher_versions(stats: Desk, database: FreshDatabase) -> None:
    found = await database("stats")
    facts = [received(created(number), MAY) for number in range(1, 4)]
    async with desk(stats.room, found) as before:
        for fact in facts:
            await before.hear(fact)
        await before.pool.execute("delete from figure")
        await before.pool.execute("delete from movement")
        await before.hear(*facts)

        told = [envelope for envelope in await before.said() if envelope.subject == "created:2021-05:national"]

    assert [(envelope.version, envelope.data.value) for envelope in told] == [(1, 1), (2, 2), (3, 3), (4, 3)]


async def test_a_ledger_of_an_earlier_release_brings_its_figures_along(stats: Desk, database: FreshDatabase) -> None:
    found = await database("stats")
    owner = await asyncpg.connect(found.owner_url)
    async with desk(stats.room, found) as old:
        await old.hear(*[received(fact, day) for fact, day in a_mixed_year()])
        kept = "select measure, period, ends, value, known from figure where value <> 0 order by measure, period"
        before = await owner.fetch(kept)
        await owner.execute("drop table figure")
        await owner.execute((files("services.stats") / "migrations" / "0002_pre_figures.sql").read_text())
        after = await owner.fetch(kept)
        await old.hear(received(created(500), date(2022, 5, 1)))
        told = await values(old)
    await owner.close()

    assert [(row["measure"], row["period"], row["ends"], row["value"]) for row in after] == [
        (row["measure"], row["period"], row["ends"], row["value"]) for row in before
    ]
    assert told["created:2021-05"] == next(row["value"] for row in before if (row["measure"], row["period"]) == ("created", "2021-05"))
