"""`python -m tests.faults.witness`: a reader of records.v1 in its own process that puts down what it hears, when, and which process it is.

It says a check for every telling, and takes its time where LANDFALL_TEST_SECONDS_EACH says so. What it has in hand is written to the file
LANDFALL_TEST_IN_HAND before it is handled, so that a test knows what a signal interrupted.
"""

import os
from pathlib import Path
from uuid import uuid4

from chassis.app import run
from chassis.database import Transaction
from chassis.occasion import Batch, Telling
from chassis.room import Room
from chassis.say import say
from contracts.checks import IntelCheckOpened

EFFECT = """
create table effect (
    nr bigint generated always as identity, id uuid not null, subject text not null, version integer not null, partition integer not null,
    process integer not null, applied_at timestamptz not null default clock_timestamp()
)
"""
PUT_DOWN = """
insert into effect (id, subject, version, partition, process)
select *, $5::int from unnest($1::uuid[], $2::text[], $3::int[], $4::int[])
"""
TAKE_TIME = "select pg_sleep($1)"


async def hear(batch: Batch, tx: Transaction) -> None:
    told = [received.envelope for received in batch]
    if (in_hand := os.environ.get("LANDFALL_TEST_IN_HAND")) is not None:
        with Path(in_hand).open("a") as file:  # noqa: ASYNC230 - a line for a test
            file.writelines(f"{each.id}\n" for each in told)
    if (seconds := float(os.environ.get("LANDFALL_TEST_SECONDS_EACH", "0"))) > 0:
        await tx.execute(TAKE_TIME, seconds * len(batch))
    columns = [[each.id for each in told], [each.subject for each in told], [each.version for each in told]]
    await tx.execute(PUT_DOWN, *columns, [received.coordinates.partition for received in batch], os.getpid())
    await say(tx, [Telling(IntelCheckOpened(record_id=each.fact.record_id, check_id=uuid4()), each.occasion) for each in batch])


if __name__ == "__main__":
    run(Room("intel", {"records": hear}))
