"""How often reading on from a place was tried: counted before a batch, so that a batch that ends the process is counted too.

A batch that follows one which this process applied is a first try, and nothing is written. What is counted is whatever may have been
tried before: from the place where a partition was taken up, or settled anew after a failure, as far as a batch from there can have
reached.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiokafka import TopicPartition

from chassis.database import Pool, columns

# The first try may not have been counted, so these are one less than what they stand for.
ALONE_FROM = 1
HOPELESS_FROM = 2
UNREAD_FROM = 4
"""Tried to be held, and that ended the process too."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Values from `next` up to before `reach` were tried together: at `next` so many times, beyond it not since it is tried alone."""

    next: int
    reach: int
    tries: int

    def before(self, place: int) -> int:
        """How often a value at `place` was tried before now."""
        if place == self.next:
            return self.tries
        return min(self.tries - 1, ALONE_FROM) if self.next < place < self.reach else 0

    def again(self, place: int, following: int) -> "Attempt":
        """One more, of the values from `place` up to before `following`."""
        before = self.before(place)
        return Attempt(place, max(following, self.reach) if before else following, before + 1)


UNTRIED = Attempt(0, 0, 0)


def why_hopeless(tries: int, doing: str) -> str | None:
    """Why it must not be tried again, if so."""
    return f"the process ended, or a statement never did, {tries} times or more while it was {doing}" if tries >= HOPELESS_FROM else None


READ = """
select topic, partition, next, reach, tries from attempt
join unnest($1::text[], $2::int[]) as asked (topic, partition) using (topic, partition)
"""

# Only a crash of the process has to be survived, not one of the database: the count does not wait for the disk.
COUNT = """
insert into attempt (topic, partition, next, reach, tries)
select counted.* from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::int[]) as counted
cross join (select set_config('synchronous_commit', 'off', true)) as hurried
on conflict (topic, partition) do update set next = excluded.next, reach = excluded.reach, tries = excluded.tries
"""

TAKE_BACK = """
update attempt set tries = attempt.tries - 1
from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::int[]) as counted (topic, partition, next, reach, tries)
where attempt.topic = counted.topic and attempt.partition = counted.partition
    and attempt.next = counted.next and attempt.tries = counted.tries
"""

FORGET = """
delete from attempt using unnest($1::text[], $2::int[]) as gone (topic, partition)
where attempt.topic = gone.topic and attempt.partition = gone.partition
"""


async def read(pool: Pool, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Attempt]:
    """What is known of earlier tries on those partitions."""
    rows = await pool.fetch(READ, *columns(sorted(partitions), 2))
    return {TopicPartition(row["topic"], row["partition"]): Attempt(row["next"], row["reach"], row["tries"]) for row in rows}


async def count(pool: Pool, attempts: Mapping[TopicPartition, Attempt]) -> None:
    """Put them down, in a transaction of their own."""
    await pool.execute(COUNT, *_columns(attempts))


async def take_back(pool: Pool, attempts: Mapping[TopicPartition, Attempt]) -> None:
    """They ended with the database or the broker, not with what was tried; nothing where somebody else has counted since."""
    await pool.execute(TAKE_BACK, *_columns(attempts))


async def forget(pool: Pool, partitions: Iterable[TopicPartition]) -> None:
    """Nothing there is doubtful any more."""
    await pool.execute(FORGET, *columns(sorted(partitions), 2))


def _columns(attempts: Mapping[TopicPartition, Attempt]) -> list[list[object]]:
    rows = [(each.topic, each.partition, of.next, of.reach, of.tries) for each, of in sorted(attempts.items())]
    return columns(rows, 5)
