"""How far this service's own topics were told: kept with each relay round, so that a later look shows whether both still agree."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import TopicPartition

from chassis.database import Transaction, columns
from chassis.place import Place, digest

READ = "select topic, partition, next, last_digest, halted from own_end where topic = any($1::text[])"

# Nobody but the leader of the relay writes here, and an end never goes back under it: where the broker acknowledges an offset below it,
# the topic is another one.
KEEP = """
insert into own_end (topic, partition, next, last_digest)
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[])
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest
where own_end.next < excluded.next
returning topic, partition
"""
HALT = "update own_end set halted = $3 where topic = $1 and partition = $2 and halted is null"

MADE_AGAIN = "the broker acknowledged an offset below the one told last: the topic was re-created, truncated or restored"


@dataclass(frozen=True, slots=True)
class Told:
    """One value of ours at its place on a topic of ours."""

    partition: TopicPartition
    offset: int
    value: bytes | None


async def read(tx: Transaction, topics: Iterable[str]) -> dict[TopicPartition, Place]:
    """The stored ends of these topics' partitions, where something was told."""
    rows = await tx.fetch(READ, sorted(topics))
    return {TopicPartition(row["topic"], row["partition"]): Place(row["next"], row["last_digest"], row["halted"]) for row in rows}


async def keep(tx: Transaction, told: Iterable[Told]) -> set[TopicPartition]:
    """Put down how far was told; the partitions on which the broker was further already."""
    last = {each.partition: each for each in sorted(told, key=lambda each: each.offset)}
    rows = [(at.topic, at.partition, each.offset + 1, digest(each.value)) for at, each in sorted(last.items())]
    kept = await tx.fetch(KEEP, *columns(rows, 4)) if rows else []
    return set(last) - {TopicPartition(row["topic"], row["partition"]) for row in kept}


async def halt(tx: Transaction, partition: TopicPartition, why: str) -> None:
    """Tell nothing more until an operator has looked. The first reason stays."""
    await tx.execute(HALT, partition.topic, partition.partition, why)
