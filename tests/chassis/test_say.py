"""What is told is written down in the transaction that decided it: numbered without a hole, no finer than the day, never too large."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from chassis.database import open_pool
from chassis.occasion import Occasion, Telling
from chassis.say import MAX_VALUE_BYTES, OversizedError, envelope_of, say
from chassis.settings import Settings
from contracts.catalogue import BY_NAME
from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.clock import Quiet
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from contracts.handovers import HandoverOffered
from contracts.wire import decode
from tests.conftest import FreshDatabase
from tests.waiting import until

LATE_IN_JULY = datetime(2021, 7, 31, 23, 30, 15, 123456, tzinfo=UTC)
OCCASION = Occasion(LATE_IN_JULY, uuid4(), uuid4(), "00-" + "a" * 32 + "-" + "b" * 16 + "-01")


def _opened(record_id: UUID) -> IntelCheckOpened:
    return IntelCheckOpened(record_id=record_id, check_id=uuid4())


def _notice() -> HandoverNotice:
    return HandoverNotice(handover_id=uuid4(), force="cleveland", cohort=Cohort.UKSO, landing_day=date(2021, 8, 2))


def _settings(url: str) -> Settings:
    return Settings(database_url=SecretStr(url), api_token=SecretStr("-"))


def test_a_fact_that_is_kept_tells_the_london_day_and_no_more() -> None:
    told = envelope_of(Telling(_opened(uuid4()), OCCASION), version=3)

    assert told.time == datetime(2021, 8, 1, tzinfo=UTC)
    assert (told.recordedtime, told.version, told.source) == (LATE_IN_JULY, 3, "/intel")


def test_what_goes_to_one_force_tells_the_time() -> None:
    assert envelope_of(Telling(_notice(), OCCASION), version=1).time == LATE_IN_JULY


def test_what_is_told_names_what_caused_it() -> None:
    told = envelope_of(Telling(_opened(uuid4()), OCCASION), version=1)

    assert (told.causationid, told.correlationid, told.traceparent) == (
        OCCASION.causation_id, OCCASION.correlation_id, OCCASION.traceparent,
    )  # fmt: skip


async def _said(connection: Any) -> list[tuple[str, str, int]]:
    rows = await connection.fetch("select said.topic, subject, version from outbox join said on said.id = said_id order by seq")
    return [(row["topic"], row["subject"], row["version"]) for row in rows]


async def test_versions_count_up_without_a_hole_for_each_topic_and_subject(database: FreshDatabase) -> None:
    record, other = uuid4(), uuid4()
    report = IntelReportSent(record_id=record, check_id=uuid4(), opened_day=date(2021, 7, 1))
    offered = HandoverOffered(record_id=record, handover_id=uuid4(), force="cleveland", landing_day=date(2021, 8, 2))

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await say(tx, [Telling(fact, OCCASION) for fact in (_opened(record), _opened(other), report, offered)])
        await say(tx, [Telling(report, OCCASION)])
        said = await _said(tx)

    assert said == [
        ("checks.v1", str(record), 1), ("checks.v1", str(other), 1), ("checks.v1", str(record), 2), ("handovers.v1", str(record), 1),
        ("checks.v1", str(record), 3),
    ]  # fmt: skip


async def test_what_is_said_can_be_read_back_as_it_was_told(database: FreshDatabase) -> None:
    fact = _opened(uuid4())

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await say(tx, [Telling(fact, OCCASION)])
        row = await tx.fetchrow("select * from said")

    assert row is not None
    envelope = decode(BY_NAME["checks.v1"], row["payload"])
    assert (envelope.data, envelope.id, envelope.content_hash) == (fact, row["id"], row["content_hash"])
    assert (row["key"], row["traceparent"], row["said_at"]) == (fact.subject, OCCASION.traceparent, LATE_IN_JULY)


async def test_nothing_is_said_by_a_transaction_that_did_not_commit(database: FreshDatabase) -> None:
    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        undone = tx.transaction()
        await undone.start()
        await say(tx, [Telling(_opened(uuid4()), OCCASION)])
        await undone.rollback()

        assert await tx.fetchval("select count(*) from said") + await tx.fetchval("select count(*) from outbox") == 0


async def test_a_fact_too_large_for_its_topic_is_refused_before_commit(database: FreshDatabase) -> None:
    too_large = Telling(
        Quiet(who="intel", round=1, heard={f"a topic named {each}": 1 for each in range(MAX_VALUE_BYTES // 20)}, said={}), OCCASION
    )

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        with pytest.raises(OversizedError, match=r"quiet\.intel\.v1 takes 990000"):
            await say(tx, [Telling(_opened(uuid4()), OCCASION), too_large])

        assert await _said(tx) == []


async def test_two_who_speak_of_one_record_without_its_lock_cannot_take_one_number(database: FreshDatabase) -> None:
    record = uuid4()
    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as one, pool.acquire() as other:
        first = one.transaction()
        await first.start()
        await say(one, [Telling(_opened(record), OCCASION)])

        second = asyncio.create_task(say(other, [Telling(_opened(record), OCCASION)]))
        await until(lambda: _waits(pool, other.get_server_pid()), "the second speaker waits")
        await first.commit()

        with pytest.raises(asyncpg.UniqueViolationError):
            await second
        assert await _said(one) == [("checks.v1", str(record), 1)]


async def _waits(pool: Any, pid: int) -> bool:
    return bool(await pool.fetchval("select wait_event_type = 'Lock' from pg_stat_activity where pid = $1", pid))
