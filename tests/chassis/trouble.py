"""What a message may ask of the database that looks like an outage, and is its own doing."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.database import Transaction
from chassis.occasion import Batch
from tests.chassis.house import OnBatch

Act = Callable[[Transaction], Awaitable[None]]


def over(subject: UUID, act: Act) -> OnBatch:
    """A handler that does that over every telling about this one."""

    async def handle(batch: Batch, tx: Transaction) -> None:
        if any(each.envelope.subject == str(subject) for each in batch):
            await act(tx)

    return handle


async def end_its_session(tx: Transaction) -> None:
    await tx.execute("select pg_terminate_backend(pg_backend_pid()), pg_sleep(30)")


async def need_what_is_not_there(tx: Transaction) -> None:
    await tx.execute("select * from a_table_that_is_missing")
