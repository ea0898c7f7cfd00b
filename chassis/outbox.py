"""What waits in the outbox, as the leader of a relay reads it: in order, from a floor, and what was committed late all the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from chassis.database import Transaction
from contracts.catalogue import BY_NAME, TOPICS

if TYPE_CHECKING:
    import asyncpg

FULL_SCAN_SECONDS = 1.0
PAUSES_PER_SCAN = 20

# Read from a floor: rows below it were deleted but may still lie there under somebody's snapshot. A full scan finds late committers;
# the longer one takes, the longer it is until the next. What is said on a topic with a halted partition stays where it is, all of it, so
# that each subject keeps its order; once the halt is cleared a full scan finds it.
READ = """
select outbox.seq, said.id, said.topic, said.key, said.payload, said.traceparent
from outbox join said on said.id = outbox.said_id
where outbox.seq >= $1
    and said.topic <> all (array(select substr(topic, length($3::text) + 1) from own_end where halted is not null))
order by outbox.seq limit $2
"""
FORGET = "delete from outbox where seq = any($1::bigint[])"
FORGET_PERSONAL = "update said set payload = null where id = any($1::uuid[])"

TAKE_OFF = "delete from outbox where said_id = any($1::uuid[])"
TAKE_OFF_PERSONAL = "update said set payload = null where id = any($1::uuid[]) and topic = any($2::text[]) and payload is not null"
PERSONAL = [topic.name for topic in TOPICS if topic.family.personal]

# The age of what only an operator can free is not complained of: its halt is.
WAITING = """
select count(*) as messages,
    coalesce(extract(epoch from now() - min(queued_at) filter (where (topic = any($1::text[])) is not true)), 0)::float8 as seconds
from outbox left join said on said.id = outbox.said_id
"""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(slots=True)
class Outbox:
    """One leader's: `floor` is where the next round is read from, `top` lies above all that was sent. `prefix` is the topics'."""

    round_messages: int
    prefix: str
    floor: int = 0
    top: int = 0
    scan_at: float = 0.0

    async def read(self, connection: Connection) -> list[Any]:
        """The next round: from the floor, or from the very first when it is time to look for who committed late with a low number."""
        began = asyncio.get_running_loop().time()
        scanning = began >= self.scan_at
        if scanning:
            self.floor = 0
        rows = await connection.fetch(READ, self.floor, self.round_messages, self.prefix)
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


async def take_off(tx: Transaction, ids: Sequence[UUID]) -> None:
    """The same of whatever was found on our topics by its id."""
    await tx.execute(TAKE_OFF, ids)
    await tx.execute(TAKE_OFF_PERSONAL, ids, PERSONAL)
