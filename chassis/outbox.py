"""What waits in the outbox, as the leader of a relay reads it: in order, from a floor, and what was committed late all the same."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from contracts.catalogue import BY_NAME

if TYPE_CHECKING:
    import asyncpg

FULL_SCAN_SECONDS = 1.0
PAUSES_PER_SCAN = 20

# Read from a floor: rows below it were deleted but may still lie there under somebody's snapshot. A full scan finds late committers;
# the longer one takes, the longer it is until the next.
READ = """
select outbox.seq, said.id, said.topic, said.key, said.payload, said.traceparent
from outbox join said on said.id = outbox.said_id
where outbox.seq >= $1 order by outbox.seq limit $2
"""
FORGET = "delete from outbox where seq = any($1::bigint[])"
FORGET_PERSONAL = "update said set payload = null where id = any($1::uuid[])"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(slots=True)
class Outbox:
    """One leader's: `floor` is where the next round is read from, `top` lies above all that was sent."""

    round_messages: int
    floor: int = 0
    top: int = 0
    scan_at: float = 0.0

    async def read(self, connection: Connection) -> list[Any]:
        """The next round: from the floor, or from the very first when it is time to look for who committed late with a low number."""
        began = asyncio.get_running_loop().time()
        scanning = began >= self.scan_at
        if scanning:
            self.floor = 0
        rows = await connection.fetch(READ, self.floor, self.round_messages)
        if scanning:
            now = asyncio.get_running_loop().time()
            self.scan_at = now + max(FULL_SCAN_SECONDS, PAUSES_PER_SCAN * (now - began))
        return rows

    def go_up(self, rows: list[Any]) -> bool:
        """Move the floor above all that was sent; after a full round go on from where it ended. Whether there may be more."""
        more = len(rows) == self.round_messages
        self.top = max([self.top, *(row["seq"] + 1 for row in rows)])
        self.floor = rows[-1]["seq"] + 1 if more else self.top
        return more


async def forget(connection: Connection, rows: list[Any]) -> None:
    """They were acknowledged: nothing of them waits, and what was personal is kept nowhere else."""
    personal = [row["id"] for row in rows if BY_NAME[row["topic"]].family.personal]
    await connection.execute(FORGET, [row["seq"] for row in rows])
    if personal:
        await connection.execute(FORGET_PERSONAL, personal)
