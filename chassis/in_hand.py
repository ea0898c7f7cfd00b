"""What a recall has in hand, kept outside its transaction: what ends the process, or never ends itself, is found and not tried for ever.

A recall costs nothing of that until one ended with its process; the next ones put down each thing before they try it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import structlog

from chassis import attempts
from chassis.attempts import HOPELESS_FROM
from chassis.database import Pool
from chassis.not_yet import CannotRecallError

PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 1.0

BLAME_LEFT_OVER = """
with left_over as (delete from recall_under_way returning in_hand), blamed as (
    insert into recall_try (in_hand, tries) select in_hand, 1 from left_over where in_hand is not null
    on conflict (in_hand) do update set tries = recall_try.tries + 1
)
select exists (select from left_over)
"""
BLAME = "insert into recall_try (in_hand, tries) values ($1, 1) on conflict (in_hand) do update set tries = recall_try.tries + 1"
TRIES = "select in_hand, tries from recall_try"
BEGIN = "insert into recall_under_way (in_hand) values (null)"

# Only a crash of the process has to be survived, not one of the database.
TAKE = "update recall_under_way set in_hand = $1 from (select set_config('synchronous_commit', 'off', true)) as hurried"
PUT_DOWN = "delete from recall_under_way"
ONCE_MORE = "with gone as (delete from recall_under_way) update recall_try set tries = $1 where tries > $1"
FORGET = "with gone as (delete from recall_under_way) delete from recall_try"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InHand:
    """One recall's. `tries`: how often each thing was tried before, where it ended the process or a statement of it never ended."""

    pool: Pool
    tries: Mapping[str, int]
    doubtful: bool

    async def take(self, what: str | None) -> None:
        """Put down what is tried now; None: nothing is, any more."""
        if self.doubtful:
            await self.pool.execute(TAKE, what)

    async def overran(self, what: str | None) -> None:
        """A statement of it ran into the statement timeout, while the database answers others: this one is an other."""
        if what is not None:
            await self.pool.execute(BLAME, what)

    def why_hopeless(self, what: str | None) -> str | None:
        """Why it must not be tried again, if so."""
        return None if what is None else attempts.why_hopeless(self.tries.get(what, 0), "recalled")


@asynccontextmanager
async def recalling(pool: Pool) -> AsyncIterator[InHand]:
    """A recall under way. One that fails blames nothing for that; one that succeeds forgets what was blamed.

    Where it says that it cannot go on, an operator does something about it, and whatever was hopeless is tried once more at the next start.
    """
    async with pool.acquire() as tx, tx.transaction():
        left_over = await tx.fetchval(BLAME_LEFT_OVER)
        tries = {row["in_hand"]: row["tries"] for row in await tx.fetch(TRIES)}
        await tx.execute(BEGIN)
    try:
        yield InHand(pool, tries, doubtful=bool(left_over or tries))
    except CannotRecallError:
        await _patiently(pool, ONCE_MORE, HOPELESS_FROM - 1)
        raise
    except BaseException:
        await _patiently(pool, PUT_DOWN)
        raise
    await _patiently(pool, FORGET)


async def _patiently(pool: Pool, statement: str, *arguments: int) -> None:
    """An outage must not look like a process that ended: it is waited for, for a while."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await pool.execute(statement, *arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the recall's own failure is the one to tell of
            log.warning("recall_not_put_down", error=type(error).__name__)
            if monotonic() > deadline:
                return
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
