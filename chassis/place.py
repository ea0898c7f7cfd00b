"""Where each partition is to be read on from: kept in the database with the effects, moved only by strict compare-and-set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from aiokafka import TopicPartition

from chassis.database import Pool, Transaction, affected, columns


@dataclass(frozen=True, slots=True)
class Place:
    """`next` is the offset to read; `last_digest` is over the value before it; `halted` says why an operator must look.

    `moves` counts how often an operator has moved it.
    """

    next: int
    last_digest: bytes | None
    halted: str | None
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """One partition's step in one batch."""

    partition: TopicPartition
    expected: int
    following: int
    last_digest: bytes


READ = """
select topic, partition, next, last_digest, halted,
    (select count(*) from position_move as moved where (moved.topic, moved.partition) = (positions.topic, positions.partition)) as moves
from positions join unnest($1::text[], $2::int[]) as asked (topic, partition) using (topic, partition)
"""

OPEN = """
insert into positions (topic, partition, next)
select * from unnest($1::text[], $2::int[], $3::bigint[]) on conflict (topic, partition) do nothing
"""

# The lock is taken in a fixed order, so that two owners wait for each other instead of deadlocking; the loser then moves nothing.
ADVANCE = """
with step as (
    select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[])
        as step (topic, partition, expected, following, digest)
), locked as (
    select positions.topic, positions.partition, step.expected, step.following, step.digest
    from positions join step using (topic, partition)
    order by positions.topic, positions.partition
    for update of positions
)
update positions set next = locked.following, last_digest = locked.digest
from locked
where positions.topic = locked.topic and positions.partition = locked.partition
    and positions.next = locked.expected and positions.halted is null
    and not exists (select from stop where stop.topic in ('*', positions.topic))
returning positions.topic, positions.partition
"""

# Not where the place has gone elsewhere since it was looked at: an operator may just have moved it.
HALT = """
update positions set halted = $3
where topic = $1 and partition = $2 and halted is null and ($4::bigint is null or next = $4)
"""


def digest(value: bytes | None) -> bytes:
    """32 bytes that recognise a value again, an empty one too."""
    return sha256(b"\x00" if value is None else b"\x01" + value).digest()


async def read(pool: "Pool | Transaction", partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Place]:
    """The stored places of those partitions that have one."""
    rows = await pool.fetch(READ, *columns(sorted(partitions), 2))
    return {
        TopicPartition(row["topic"], row["partition"]): Place(row["next"], row["last_digest"], row["halted"], row["moves"]) for row in rows
    }


async def begin(pool: "Pool | Transaction", starts: Mapping[TopicPartition, int]) -> None:
    """Give partitions that were never read a place at the start of their log."""
    await pool.execute(OPEN, *columns([(each.topic, each.partition, start) for each, start in sorted(starts.items())], 3))


async def advance(tx: Transaction, moves: Iterable[Move]) -> set[TopicPartition]:
    """Move each place from where we believe it is; the partitions that really moved. The others are somebody else's by now."""
    rows = [(move.partition.topic, move.partition.partition, move.expected, move.following, move.last_digest) for move in moves]
    return {TopicPartition(row["topic"], row["partition"]) for row in await tx.fetch(ADVANCE, *columns(rows, 5))}


async def halt(pool: Pool, partition: TopicPartition, why: str, at: int | None = None) -> bool:
    """Stop one partition until an operator has looked, if its place is still `at`; whether it was stopped now. The first reason stays."""
    return affected(await pool.execute(HALT, partition.topic, partition.partition, why, at)) == 1
