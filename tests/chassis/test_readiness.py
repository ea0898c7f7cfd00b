"""A service that cannot do its work says so, whatever keeps it from it, and says so no longer once it can."""

import asyncio
from collections.abc import Collection
from datetime import date
from itertools import pairwise
from uuid import uuid4

import asyncpg
import pytest

from chassis import watch
from chassis.database import Transaction, open_pool
from chassis.leadership import LOCK
from chassis.occasion import Batch, Occasion
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import has_effects, room
from tests.chassis.house import House, Running, Witness
from tests.chassis.probes import figure
from tests.chassis.relaying import check_opened, say_all
from tests.chassis.severing import on_a_way_of_its_own
from tests.chassis.tellings import created
from tests.waiting import until

STALL = "for more than 2 s"
UNSENT = "the outbox keeps a telling for more than 2 s"
SHORT = {"stall_seconds": 2.0, "outbox_seconds": 2.0}


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.2)


async def _says(running: Running, complaint: str) -> None:
    await until(lambda: running.complains_of(complaint), f"it says: {complaint}")


async def _recovers(running: Running) -> None:
    await until(running.ready, "it is ready")


@pytest.mark.kafka
async def test_who_gets_no_answer_from_kafka_says_so_and_is_not_started_again_for_it(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room(), **SHORT) as running:
        await _recovers(running)
        with intel.kafka.silent():
            await _says(running, f"{intel.prefix}records.v1: Kafka has not answered {STALL}")
            assert (await figure(running, "landfall_fetch_age_seconds", topic=f"{intel.prefix}records.v1") or 0) > 2
        await _recovers(running)


async def test_who_has_nothing_to_read_is_answered_all_the_same_and_complains_of_nothing(house: FreshHouse) -> None:
    intel, ages, complaints = await house("intel"), list[float](), list[str]()

    async def is_answered_again_and_again() -> bool:
        complaints.extend(await running.complaints())
        ages.append(await figure(running, "landfall_fetch_age_seconds", topic=f"{intel.prefix}records.v1") or 0)
        return sum(later < earlier for earlier, later in pairwise(ages)) > 3

    async with intel.opened(room()) as running:
        await _recovers(running)
        await until(is_answered_again_and_again, "Kafka answers it again and again")

    assert complaints == []


async def test_who_cannot_reach_its_database_says_so(house: FreshHouse) -> None:
    async with on_a_way_of_its_own(await house("intel")) as (intel, way), intel.opened(room()) as running:
        await _recovers(running)
        with way.away():
            await running.says("the database does not answer: ")
        await _recovers(running)


async def test_who_cannot_do_what_falls_due_says_so(house: FreshHouse) -> None:
    intel, failing = await house("intel"), True

    async def fall_due(_occasion: Occasion, _ended: date, _tx: Transaction) -> Collection[str]:
        if failing:
            message = "what falls due cannot be done"
            raise ValueError(message)
        return ()

    async with intel.opened(Room("intel", {"records": Witness().hear}, on_due=fall_due)) as running:
        await _says(running, "the timers failed with ValueError")
        failing = False
        await _recovers(running)


async def _say(intel: House) -> None:
    async with open_pool(intel.settings(), "test") as pool:
        await say_all(pool, check_opened())


async def test_who_does_not_lead_the_relay_says_it_too_when_nothing_is_sent(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room(), **SHORT) as running:
        await _recovers(running)
        stuck = await intel.owner.fetchval(
            "select pid from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and datname = current_database()"
        )
        async with intel.owner.acquire() as idle:
            await intel.end_connections(stuck)
            await until(lambda: _leads_in_its_stead(idle), "somebody leads who sends nothing")
            await _say(intel)

            await _says(running, UNSENT)
            assert await figure(running, "landfall_outbox_messages") == 1
        await _recovers(running)
        await until(lambda: _counts_nothing(running), "it counts nothing that waits")


async def _leads_in_its_stead(idle: Transaction) -> bool:
    return bool(await idle.fetchval("select pg_try_advisory_lock($1)", LOCK))


async def _counts_nothing(running: Running) -> bool:
    return await figure(running, "landfall_outbox_messages") == await figure(running, "landfall_outbox_age_seconds") == 0


@pytest.mark.kafka
async def test_what_waits_while_the_broker_is_away_grows_older_all_the_time(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room(), **SHORT) as running:
        await _recovers(running)
        with intel.kafka.silent():
            await _say(intel)
            await _says(running, UNSENT)
        await _recovers(running)


async def test_a_place_that_does_not_move_though_there_is_more_is_told(house: FreshHouse) -> None:
    intel, failing = await house("intel"), True

    async def fail(_batch: Batch, _tx: Transaction) -> None:
        if failing:
            raise asyncpg.CannotConnectNowError

    topic = f"{intel.prefix}records.v1"
    async with intel.opened(Room("intel", {"records": Witness(and_then=fail).hear}), **SHORT) as running:
        await intel.tell(created(uuid4()))
        await _says(running, f"{topic}: its place has not moved {STALL}")
        assert await running.complains_of("the last batch failed with CannotConnectNowError")
        assert await figure(running, "landfall_lag_messages", topic=topic) == 1
        assert (await figure(running, "landfall_attempts") or 0) > 0
        failing = False
        await has_effects(intel, 1)
        await _recovers(running)
        assert await figure(running, "landfall_lag_messages", topic=topic) == 0


async def test_a_handler_that_does_not_come_back_is_told_before_anybody_starts_it_again(house: FreshHouse) -> None:
    intel, gate = await house("intel"), asyncio.Event()

    async def stand(_batch: Batch, _tx: Transaction) -> None:
        await gate.wait()

    async with intel.opened(Room("intel", {"records": Witness(and_then=stand).hear}), **SHORT) as running:
        await _recovers(running)
        await intel.tell(created(uuid4()))
        await _says(running, f"the listener loop has not turned {STALL}")
        assert (await figure(running, "landfall_poll_age_seconds") or 0) > 2
        gate.set()
        await _recovers(running)
