"""What handover hears in tests, and what it shows afterwards."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from contracts.codes import CloseReason, Cohort
from contracts.records import RecordClosed, RecordCreated, TravelExpected
from tests.furniture import Desk, noon, received

RECORDS = [UUID(int=number) for number in range(1, 6)]
RECORD = RECORDS[0]
TODAY, LANDING = date(2021, 6, 1), date(2021, 6, 10)
CLEVELAND, KENT = "cleveland", "kent"
CLOSED = RecordClosed(record_id=RECORD, reason=CloseReason.DIED)
WAITING = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
ASKED = {"asked_by": "ACRO-1", "reason": "its topic was lost with its broker"}


def created(record_id: UUID = RECORD) -> RecordCreated:
    return RecordCreated(record_id=record_id, cohort=Cohort.UKSO)


def travel(record_id: UUID = RECORD, force: str | None = CLEVELAND) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=UUID(int=99), landing_day=LANDING, force=force)


async def offered(handover: Desk, *records: UUID) -> list[UUID]:
    """Create those records and expect them all in Cleveland; the handovers that come of it."""
    facts = [fact(record_id) for record_id in records for fact in (created, travel)]
    await handover.hear(*(received(fact, TODAY) for fact in facts))
    return [fact.handover_id for fact in await handover.told() if fact.TYPE == "handover-offered.v1"]  # type: ignore[attr-defined]


async def state(handover: Desk, handover_id: UUID) -> str:
    return str((await handover.http.get(f"/handovers/{handover_id}")).json()["state"])


async def strays(handover: Desk) -> list[tuple[str, str]]:
    return [(stray["force"], stray["reason"]) for stray in (await handover.http.get("/strays")).json()]


async def tell_again(handover: Desk, force: str = CLEVELAND, day: date = TODAY) -> httpx.Response:
    """A person asks on that day that the force be told again."""
    handover.clock.hear(noon(day))
    return await handover.http.post(f"/forces/{force}/notices", json=ASKED)


async def waits(handover: Desk, task: asyncio.Task[Any]) -> bool:
    """Whether somebody waits for another transaction's lock; true also where the task went ahead without waiting."""
    return task.done() or bool(await handover.pool.fetchval(WAITING))
