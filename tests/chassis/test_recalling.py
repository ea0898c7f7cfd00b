"""Before a service has heard what it told, it answers probes and nobody else, and can be told to stop."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import APIRouter

from chassis import leadership, recall
from chassis.database import Transaction
from chassis.http import Deciding, Reading
from chassis.recall import WAITS
from chassis.room import Room
from tests.chassis.house import House, Running, Witness, asked
from tests.chassis.probes import ills
from tests.waiting import until

LOCK, UNLOCK = "select pg_advisory_lock($1)", "select pg_advisory_unlock($1)"
NOBODY_LEADS = "select not exists (select from pg_locks where locktype = 'advisory' and objid = ($1 & 4294967295)::oid)"
OURS = "select count(*) from pg_stat_activity where usename = 'intel' and datname = current_database()"
ONE = UUID(int=1)


def _room() -> Room:
    router = APIRouter()

    @router.put("/decisions/{decision_id}")
    async def decide(decision_id: UUID, deciding: Deciding) -> None:
        async with deciding() as (tx, _):
            await tx.execute("insert into effect (id, subject) values ($1, 'decided')", decision_id)

    @router.get("/decisions")
    async def decisions(reading: Reading) -> int:
        async with reading() as tx:
            return int(await tx.fetchval("select count(*) from effect"))

    return Room("intel", {"records": Witness().hear}, api=router)


@pytest_asyncio.fixture
async def another(intel: House) -> AsyncIterator[Transaction]:
    """Another instance, which recalls."""
    async with intel.owner.acquire() as connection:
        await connection.execute(LOCK, recall.LOCK)
        yield connection


async def _says(running: Running, complaint: str) -> None:
    await until(lambda: running.complains_of(complaint), f"it says: {complaint}")


async def test_while_another_instance_recalls_probes_are_answered_and_nobody_leads(intel: House, another: Transaction) -> None:
    async with intel.opened(_room()) as running:
        await _says(running, WAITS)
        assert await ills(running) == []
        assert await intel.fetchval(NOBODY_LEADS, leadership.LOCK)

        await another.execute(UNLOCK, recall.LOCK)
        await until(running.ready, "it is ready")
        assert not await intel.fetchval(NOBODY_LEADS, leadership.LOCK)


@pytest.mark.parametrize(("method", "path"), [("PUT", f"/decisions/{ONE}"), ("GET", "/decisions")])
async def test_who_asks_before_the_recall_has_ended_is_told_to_ask_again_and_answered_afterwards(
    intel: House, another: Transaction, method: str, path: str
) -> None:
    async with intel.opened(_room()) as running:
        await _says(running, WAITS)
        refused = await asked(running, method, path)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert refused.json()["detail"] == f"This service cannot answer yet: {WAITS}. Ask again in a while; nothing was changed."
        assert await intel.effects() == []

        await another.execute(UNLOCK, recall.LOCK)
        await until(running.ready, "it is ready")
        assert (await asked(running, method, path)).status_code == 200


@pytest.mark.usefixtures("another")
async def test_who_is_stopped_while_it_waits_to_recall_leaves_nothing(intel: House) -> None:
    async with intel.opened(_room()) as running:
        await _says(running, WAITS)
        running.stopping.set()
        await until(running.task.done, "it has ended")

    await until(lambda: _is_gone(intel), "no connection is left")


async def _is_gone(intel: House) -> bool:
    return bool(await intel.fetchval(OURS) == 0)
