"""The ledger as it is kept: the same rows however facts are batched, and no line of a fact twice."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import Cohort
from contracts.records import RecordCreated
from services.stats.movement import AnyFact
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk, received
from tests.stats.told import ACCEPTED, CHECK, CLOSED, DAY, HELD, RECORD, REFERRED, REFUSED, TELLING, TRANSFERRED

COLUMNS = "fact_id, line, subject, measure, day, known, amount, channel, reason, cohort, force, opened_day"
FACTS: list[AnyFact] = [
    RecordCreated(record_id=RECORD, cohort=Cohort.UKSO),
    HELD,
    IntelCheckOpened(record_id=RECORD, check_id=CHECK),
    REFERRED,
    CLOSED,
    ACCEPTED,
    IntelReportSent(record_id=RECORD, check_id=CHECK, opened_day=DAY),
    TRANSFERRED,
    REFUSED,
]


async def rows(stats: Desk) -> Sequence[asyncpg.Record]:
    return await stats.pool.fetch(f"select {COLUMNS} from movement order by fact_id, line")  # noqa: S608 - our own constant


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_the_ledger_is_the_same_however_the_facts_are_batched(stats: Desk, database: FreshDatabase, size: int) -> None:
    batch = [received(fact, DAY + timedelta(days=number), fact_id=UUID(int=100 + number)) for number, fact in enumerate(FACTS)]

    async with desk(stats.room, await database("stats")) as at_once:
        await at_once.hear(*batch)
        whole = await rows(at_once)
    for start in range(0, len(batch), size):
        await stats.hear(*batch[start : start + size])

    assert [tuple(row) for row in await rows(stats)] == [tuple(row) for row in whole]
    assert len(whole) == 13


async def test_a_batch_that_was_counted_is_not_counted_again(stats: Desk) -> None:
    batch = [received(ACCEPTED, DAY), received(RecordCreated(record_id=RECORD, cohort=Cohort.UKSO), DAY)]
    await stats.hear(*batch)

    with pytest.raises(asyncpg.UniqueViolationError):
        await stats.hear(*batch)

    assert len(await rows(stats)) == 2


async def test_the_day_is_londons_and_known_is_when_the_owner_committed(stats: Desk) -> None:
    late_evening = datetime(2021, 7, 31, 23, 30, tzinfo=UTC)
    fact = received(ACCEPTED, date(2021, 8, 1), recorded=late_evening)

    await stats.hear(fact)

    (row,) = await rows(stats)
    assert (row["subject"], row["day"], row["known"]) == (TELLING, date(2021, 8, 1), late_evening)


async def test_the_service_cannot_be_made_to_keep_half_a_movement(stats: Desk) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stats.pool.execute(
            "insert into movement (fact_id, line, subject, measure, day, known, amount) values ($1, 1, $1, 'created', $2, now(), 2)",
            RECORD,
            DAY,
        )
