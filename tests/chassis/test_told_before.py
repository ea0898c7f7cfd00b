"""Whoever leads the relay hears first what was told before: what was told and not forgotten is not told again (H8)."""

from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.database import open_pool
from chassis.own_ends import Told
from chassis.relay import Relay
from tests.chassis.conftest import FreshHouse
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all

LOCK_HOLDER = "select pid from pg_locks where locktype = 'advisory'"


async def test_what_was_told_by_a_leader_that_could_not_forget_it_is_not_told_again(house: FreshHouse) -> None:
    intel, lost = await house("intel"), list[int]()

    class LosesItsConnection(Relay):
        """Cut off between the broker's acknowledgement and its own deletion, once."""

        async def _send(self, sender: AIOKafkaProducer, rows: list[Any]) -> list[Told]:
            told = await super()._send(sender, rows)
            if not lost:
                lost.append(await intel.end_connections(await intel.fetchval(LOCK_HOLDER)))
            return told

    async with open_pool(intel.settings(), "test") as pool, relaying(intel, make=LosesItsConnection):
        await say_all(pool, *[check_opened() for _ in range(20)])
        await all_sent(intel)
        await say_all(pool, *[check_opened() for _ in range(20)])
        await all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert lost == [1]
    assert len(told) == len({each.id for each in told}) == 40
