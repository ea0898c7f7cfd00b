"""A leader that stood still and lost its lock does not tell what it had read beside its heir; what slips through is heard once."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from chassis.database import Pool
from chassis.leadership import Leadership
from chassis.relay import Relay
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.waiting import until

LOCK_HOLDER = "select pid from pg_locks join pg_database on oid = database where locktype = 'advisory' and datname = current_database()"
ALL = list(range(1, 21))


class Gate:
    """Where somebody stands still once, until told to go on."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def stand(self) -> None:
        self.reached.set()
        await self.opened.wait()


async def _outlive_the_lock(intel: House, gate: Gate, make: type[Leadership]) -> None:
    """Somebody reads a round and stands still; its connection is ended, an heir tells everything, and only then it goes on."""
    async with relaying(intel, make=make) as (zombie,):
        await until(gate.reached.is_set, "it stands still with a round in hand")
        assert await intel.end_connections(await intel.fetchval(LOCK_HOLDER)) == 1
        async with relaying(intel) as (heir,):
            await all_sent(intel)
            gate.opened.set()
            await until(_has_noticed(zombie), "it notices that its connection is gone")
            assert heir.leading


def _has_noticed(zombie: Relay) -> Callable[[], bool]:
    return lambda: zombie.pulse.relay_failure is not None


async def test_who_stood_still_with_a_round_in_hand_does_not_tell_it_after_its_heir(intel: House, pool: Pool) -> None:
    record, gate = uuid4(), Gate()

    class StandsStill(Leadership):
        """Frozen between reading and sending, as under SIGSTOP."""

        async def _make_sure_of_the_lock(self) -> None:
            await gate.stand()
            await super()._make_sure_of_the_lock()

    await say_all(pool, *[check_opened(record) for _ in ALL])
    await _outlive_the_lock(intel, gate, StandsStill)

    assert [each.version for each in await intel.on_topic("checks.v1")] == ALL


async def test_a_round_that_was_told_twice_all_the_same_is_heard_once_and_in_order(house: FreshHouse, intel: House, pool: Pool) -> None:
    record, gate, stats = uuid4(), Gate(), await house("stats")

    class SendsLate(Leadership):
        """Frozen after the last look at its lock: the moment that no look can close."""

        async def _send(self, rows: list[Any]) -> Any:
            await gate.stand()
            return await super()._send(rows)

    await say_all(pool, *[check_opened(record) for _ in ALL])
    await _outlive_the_lock(intel, gate, SendsLate)
    await say_all(pool, check_opened(record))
    async with relaying(intel):
        await all_sent(intel)

    families = ("decisions", "records", "checks", "handovers")

    async def the_last_is_heard() -> bool:
        return len(ALL) + 1 in await stats.versions(record)

    async with stats.opened(Room("stats", dict.fromkeys(families, Witness().hear))):
        await until(the_last_is_heard, "the last telling is heard")

    assert [each.version for each in await intel.on_topic("checks.v1")] == [*ALL, *ALL, len(ALL) + 1]
    assert await stats.versions(record) == [*ALL, len(ALL) + 1]
