"""The one lock of a service's relay, taken by an operator's command: nothing is told meanwhile, and the leader begins anew after it."""

from time import monotonic

import asyncpg

from chassis.leadership import LOCK
from chassis.relay import STAND_ASIDE
from landfall.operators import Connection, RefusedError

PATIENCE_SECONDS = 60.0  # a round of the relay may take 30
ASK_AGAIN = "2s"  # the word goes to whoever leads now; a new leader has not heard it
STUCK = "the relay does not stand aside: see what /readyz says of it, or stop every instance of the service, and try again"


async def lead(connection: Connection, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Ask the leader to stand aside, and keep its lock until this connection ends.

    Raises:
        RefusedError: it does not.
    """
    await connection.execute(f"set lock_timeout = '{ASK_AGAIN}'")
    deadline = monotonic() + patience_seconds
    while True:
        await connection.execute("select pg_notify($1, '')", STAND_ASIDE)
        try:
            await connection.execute("select pg_advisory_lock($1)", LOCK)
        except asyncpg.LockNotAvailableError:
            if monotonic() > deadline:
                raise RefusedError(STUCK) from None
        else:
            return
