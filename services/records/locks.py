"""Two notices about one person must not make two records: whoever may create one first takes the locks of that person's numbers."""

from collections.abc import Iterable

from chassis.database import Transaction
from services.records.identity import IdentityKeys

# A lock for each hash could overflow the server's lock table (64 a connection by default) when one batch creates hundreds of
# records; so hashes share this many locks. Strangers who share one wait a moment for each other, no more.
LOCKS = 2048
LOCK_CLASS = 0x70657273  # "pers": keeps apart from every other advisory lock in the database

TAKE = "select pg_advisory_xact_lock($1, lock) from unnest($2::int[]) as lock"


async def lock_people(tx: Transaction, people: Iterable[IdentityKeys]) -> None:
    """Hold everything by which these people can be met until the transaction ends; in one order, so that nobody waits in a circle."""
    locks = sorted({int.from_bytes(key) % LOCKS for person in people for key in person.all})
    if locks:
        await tx.execute(TAKE, LOCK_CLASS, locks)
