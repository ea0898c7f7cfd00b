"""How far this service's own topics were told: kept with each relay round, so that a later look shows whether both still agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import structlog
from aiokafka import TopicPartition

from chassis.database import Pool, Transaction, affected, columns
from chassis.place import Place, digest

READ = "select topic, partition, next, last_digest, halted from own_end where topic = any($1::text[])"
HALTED = "select topic, partition, halted from own_end where halted is not null order by topic, partition"

# Only where a round follows what is stored without a hole: every value up to the new end is then known to be ours.
FOLLOW = """
with told as (
    select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[])
        as told (topic, partition, first, next, last_digest)
)
insert into own_end (topic, partition, next, last_digest)
select topic, partition, next, last_digest from told
where first = coalesce((select own_end.next from own_end where (own_end.topic, own_end.partition) = (told.topic, told.partition)), 0)
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest
where own_end.halted is null
    and own_end.next = (select first from told where (told.topic, told.partition) = (own_end.topic, own_end.partition))
returning topic, partition
"""
GO_ON = """
insert into own_end (topic, partition, next, last_digest)
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[])
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest
where own_end.next < excluded.next and own_end.halted is null
"""
HALT = """
insert into own_end (topic, partition, next, halted) values ($1, $2, 0, $3)
on conflict (topic, partition) do update set halted = excluded.halted where own_end.halted is null
"""

MADE_AGAIN = "the broker acknowledged an offset below the one told last: the topic was re-created, truncated or restored"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """One value of ours at its place on a topic of ours."""

    partition: TopicPartition
    offset: int
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of one round: on all other partitions it follows what was told before.

    Where it `fell` the topic is another one now, and where it is `torn` it became so within the round. Where it `skipped` lies something
    that this leader has not told.
    """

    fell: frozenset[TopicPartition] = frozenset()
    torn: frozenset[TopicPartition] = frozenset()
    skipped: frozenset[TopicPartition] = frozenset()


async def read(tx: Transaction, topics: Iterable[str]) -> dict[TopicPartition, Place]:
    """The stored ends of these topics' partitions, where something was told."""
    rows = await tx.fetch(READ, sorted(topics))
    return {TopicPartition(row["topic"], row["partition"]): Place(row["next"], row["last_digest"], row["halted"]) for row in rows}


async def halted(tx: "Pool | Transaction") -> dict[TopicPartition, str]:
    """Of all own topics the partitions that wait for an operator, and why."""
    return {TopicPartition(row["topic"], row["partition"]): row["halted"] for row in await tx.fetch(HALTED)}


async def follow(tx: Transaction, told: Sequence[Told]) -> Followed:
    """Put down how far one round was told, in the order in which it was sent, wherever it follows what was told before."""
    in_order = sorted(told, key=lambda each: each.partition)
    rounds = {partition: list(values) for partition, values in groupby(in_order, key=lambda each: each.partition)}
    dense = [values for values in rounds.values() if _steps(values) <= {1}]
    rows = [(*values[0].partition, values[0].offset, values[-1].offset + 1, digest(values[-1].value)) for values in dense]
    kept = {TopicPartition(row["topic"], row["partition"]) for row in await tx.fetch(FOLLOW, *columns(rows, 5))} if rows else set()
    stray = rounds.keys() - kept
    return await _look_into(tx, {each: rounds[each] for each in stray}) if stray else Followed()


async def _look_into(tx: Transaction, stray: Mapping[TopicPartition, Sequence[Told]]) -> Followed:
    ends = await read(tx, {each.topic for each in stray})
    torn = {each for each, values in stray.items() if any(step < 1 for step in _steps(values))}
    fell = {each for each, values in stray.items() if each in ends and values[0].offset < ends[each].next}
    return Followed(frozenset(fell | torn), frozenset(torn), frozenset(stray.keys() - fell - torn))


def _steps(values: Sequence[Told]) -> set[int]:
    return {after.offset - before.offset for before, after in pairwise(values)}


async def go_on(tx: Transaction, heard: Iterable[Told]) -> None:
    """Put down how far was told before, as it was found there and known; a halted end stays where it is."""
    last = {each.partition: each for each in sorted(heard, key=lambda each: each.offset)}
    rows = [(at.topic, at.partition, each.offset + 1, digest(each.value)) for at, each in sorted(last.items())]
    await tx.execute(GO_ON, *columns(rows, 4))


async def halt(tx: Transaction, partition: TopicPartition, why: str) -> None:
    """Tell nothing more on its topic until an operator has looked. The first reason stays."""
    if affected(await tx.execute(HALT, partition.topic, partition.partition, why)):
        log.critical("own_topic_halted", topic=partition.topic, partition=partition.partition, why=why)
