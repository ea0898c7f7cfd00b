"""One hop, notification to record: from the first value on its topic until every fact about it is acknowledged by the broker.

Apache Kafka, PostgreSQL (fsync on) and one records process share this machine with the sender. Values are encoded before the clock starts.
"""

import argparse
import asyncio
from time import monotonic

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.cpu import cpu_seconds
from bench.notifications import Encoded, notifications
from bench.place import Bench, place
from bench.report import Round, report
from landfall.system import private_folder

NUMBER, ROUNDS, SEED = 20_000, 3, 1
PATIENCE_SECONDS = 600.0


async def measure(here: Bench, told: list[Encoded]) -> Round:
    """Send everything at once and wait until all that follows from it is acknowledged.

    Raises:
        RuntimeError: something was lost: not every value became exactly one decision.
    """
    connection = await asyncpg.connect(here.database.url)
    before = await _counts(connection)
    cpu_before, begun = cpu_seconds(here.pids), monotonic()
    await _send(here, told)
    while not await connection.fetchval(DONE, before["heard"] + len(told)):
        await asyncio.sleep(0.02)
        if monotonic() - begun > PATIENCE_SECONDS:
            message = f"not done after {PATIENCE_SECONDS:.0f} seconds"
            raise RuntimeError(message)
    seconds, cpu = monotonic() - begun, cpu_seconds(here.pids)
    after = await _counts(connection)
    await connection.close()
    if after["decided"] - before["decided"] != len(told):
        message = f"{len(told)} told, {after['decided'] - before['decided']} decided"
        raise RuntimeError(message)
    return Round(seconds, len(told), after["said"] - before["said"], {who: cpu[who] - cpu_before[who] for who in cpu})


COUNTS = """
select (select coalesce(sum(next), 0)::bigint from positions) as heard,
    (select count(*) from said where topic = 'decisions.v1') as decided,
    (select count(*) from said) as said
"""
DONE = "select (select coalesce(sum(next), 0) from positions) >= $1 and not exists (select from outbox)"


async def _counts(connection: "asyncpg.Connection[asyncpg.Record]") -> "asyncpg.Record":
    found = await connection.fetchrow(COUNTS)
    if found is None:
        message = "a query without a from clause gives one row"
        raise RuntimeError(message)
    return found


async def _send(here: Bench, told: list[Encoded]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=here.bootstrap, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=131_072)
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(each.topic, each.value, key=each.key) for each in told])
    finally:
        await producer.stop()


async def bench(number: int, rounds: int) -> str:
    """Measure; the report."""
    async with private_folder() as folder, place(folder) as here:
        await measure(here, notifications(number // 10, SEED + 1000))  # warm: first connections, first plans
        told = [notifications(number, SEED + each) for each in range(rounds)]
        size_bytes = sum(len(each.value) for each in told[0]) // number
        return report(here, [await measure(here, each) for each in told], size_bytes, SEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=NUMBER, help="notifications a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    print(asyncio.run(bench(arguments.number, arguments.rounds)))  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    main()
