"""What falls due by itself is done in rounds; where one thing's data will not have it, one by one, so that it alone stays due."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg
import structlog

from chassis.database import Transaction
from chassis.failure import Fault, fault_of, is_by_chance
from chassis.ids import BEFORE_ALL

Find: TypeAlias = Callable[[UUID], Awaitable[Sequence[UUID]]]
Do: TypeAlias = Callable[[Sequence[UUID]], Awaitable[None]]

log = structlog.get_logger()


async def in_rounds(tx: Transaction, find: Find, do: Do) -> set[str]:
    """Do what is due, a round at a time so that memory stays bounded; the classes of the errors over which something stays due.

    `find` gives the ids of one round, in their order, all of them after the id that it is given; none ends it. Each is met once.

    Raises:
        Exception: infrastructure failed, and not over one thing alone; see chassis.failure.
    """
    failed, after = set[str](), BEFORE_ALL
    while due := await find(after):
        failed |= await _one_round(tx, due, do)
        after = due[-1]
    return failed


async def _one_round(tx: Transaction, due: Sequence[UUID], do: Do) -> set[str]:
    try:
        async with tx.transaction():
            await do(due)
    except Exception as error:
        if _is_nobody_s_doing(tx, error):
            raise
        return await _one_by_one(tx, due, do)
    return set()


async def _one_by_one(tx: Transaction, due: Sequence[UUID], do: Do) -> set[str]:
    """What looks like an outage at two of them is one."""
    failed, looked_like_an_outage = set[str](), False
    for each in due:
        try:
            async with tx.transaction():
                await do([each])
        except Exception as error:
            outage = fault_of(error) is Fault.INFRASTRUCTURE
            if _is_nobody_s_doing(tx, error) or (outage and looked_like_an_outage):
                raise
            looked_like_an_outage = looked_like_an_outage or outage
            log.error("stays_due", id=str(each), error=type(error).__name__)
            failed.add(type(error).__name__)
    return failed


def _is_nobody_s_doing(tx: Transaction, error: Exception) -> bool:
    """Whether it says nothing about what was due; a row that is damaged or kept, or a statement without end, can be one thing's alone."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return False
    return is_by_chance(error) or (fault_of(error) is Fault.INFRASTRUCTURE and tx.is_closed())
