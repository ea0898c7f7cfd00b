"""`landfall positions`: where a service reads on and up to where it told; the one way to read on elsewhere, with who and why kept."""

import argparse
import asyncio
from collections.abc import Iterable, Mapping

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.table import Table

from chassis import agreement, earlier, offsets
from landfall.operator_settings import WHERE, Operator, at, carry_out
from landfall.operators import Connection, RefusedError, add_who_and_why, say

SHOW = """
select topic, partition, next, halted,
    (select count(*) from position_move as moved where (moved.topic, moved.partition) = (positions.topic, positions.partition)) as moves
from positions where $1::text is null or topic = $1 order by topic, partition
"""

SHOW_OWN = """
select topic, partition, next, halted,
    (select count(*) from position_move as moved where (moved.topic, moved.partition) = (own_end.topic, own_end.partition)) as moves
from own_end where $1::text is null or topic = $1 order by topic, partition
"""

KEEP = """
insert into position_move (topic, partition, previous, following, halted, moved_by, reason)
select topic, partition, next, $3, halted, $4, $5 from positions where topic = $1 and partition = $2 for update
returning previous, halted
"""
MOVE = "update positions set next = $3, last_digest = null, halted = null where topic = $1 and partition = $2"

FORGET_TRIES = "delete from attempt where topic = $1 and partition = $2"

# Whoever halted for one of these knows that what lies before the place now is not what was read there.
MADE_AGAIN = {agreement.ABSENT, agreement.DIFFERENT, earlier.MADE_AGAIN, offsets.BACKWARDS}
ENDS = {"start": 0, "end": 1}
WIDTH = 160


async def move(  # noqa: PLR0913 - an order has all of these
    settings: Operator, topic: str, partitions: Iterable[int] | None, to: str, skip: int | None = None, /, *, by: str, reason: str
) -> dict[int, int]:
    """Move the places of these partitions, or of all, and clear their halts; where each is now.

    `skip`: how many values are left out by that, over all of them; one alone need not be named.

    Raises:
        RefusedError: the topic has no such partition, the partition no such offset, or another number would be skipped.
    """
    name, skipped = settings.kafka_topic_prefix + topic, 0
    async with at(settings) as (connection, looking):
        bounds = await _bounds(connection, looking, name, partitions)
        following = {each: _place(to, *found) for each, found in bounds.items()}
        async with connection.transaction():
            for each, place in sorted(following.items()):
                (left,) = await connection.fetch(KEEP, name, each.partition, place, by, reason)
                skipped += _skipped(left["previous"], left["halted"], place, *bounds[each])
                await connection.execute(MOVE, name, each.partition, place)
                await connection.execute(FORGET_TRIES, name, each.partition)
            _refuse_unawares(skipped, skip)
    return {each.partition: place for each, place in following.items()}


def _skipped(previous: int, halted: str | None, following: int, start: int, end: int) -> int:
    """How many values are never read. Nothing of a topic that was made again was, though it may have outgrown the place."""
    another = previous > end or halted in MADE_AGAIN
    return max(0, following - (start if another else previous))


def _refuse_unawares(skipped: int, named: int | None) -> None:
    if skipped != named and (skipped > 1 or named is not None):
        message = (
            f"{skipped} values would never be read: move to the one after the false one, or say that you mean it with --skip {skipped}"
        )
        raise RefusedError(message)


async def _bounds(
    connection: Connection, looking: AIOKafkaConsumer, name: str, partitions: Iterable[int] | None
) -> dict[TopicPartition, tuple[int, int]]:
    known = {row["partition"] for row in await connection.fetch(SHOW, name)}
    wanted = known if partitions is None else set(partitions)
    if not wanted or not wanted <= known:
        message = f"nothing is read of {name}" + (f"/{min(wanted - known)}" if wanted else "")
        raise RefusedError(message)
    asked = [TopicPartition(name, each) for each in sorted(wanted)]
    starts, ends = await asyncio.wait_for(agreement.starts_of(looking, asked), 10), await asyncio.wait_for(looking.end_offsets(asked), 10)
    return {each: (starts[each], ends[each]) for each in asked}


def _place(to: str, start: int, end: int) -> int:
    if to in ENDS:
        return (start, end)[ENDS[to]]
    if not to.isdecimal() or not start <= int(to) <= end:
        message = f"--to takes start, end, or an offset from {start} to {end}"
        raise RefusedError(message)
    return int(to)


async def show(settings: Operator, topic: str | None) -> None:
    """Print every place with the end of its partition: where this service reads on, and up to where it has told on its own topics."""
    name = None if topic is None else settings.kafka_topic_prefix + topic
    async with at(settings) as (connection, looking):
        read_on, told = await connection.fetch(SHOW, name), await connection.fetch(SHOW_OWN, name)
        ends = await _ends(looking, [TopicPartition(row["topic"], row["partition"]) for row in (*read_on, *told)])
    console = Console(width=WIDTH)
    console.print(_table("What is read", ("next", "behind"), read_on, ends))
    console.print(_table("What is told", ("told up to", "beyond"), told, ends))


async def _ends(looking: AIOKafkaConsumer, asked: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Without those of topics that are not there: asking for them would be waited for."""
    there = await asyncio.wait_for(looking.topics(), 10)
    wanted = [each for each in asked if each.topic in there]
    return dict(await asyncio.wait_for(looking.end_offsets(wanted), 10)) if wanted else {}


def _table(title: str, named: tuple[str, str], rows: Iterable[asyncpg.Record], ends: Mapping[TopicPartition, int]) -> Table:
    table = Table("topic", "partition", named[0], "end", named[1], "moves", "halted because", title=title)
    for row in rows:
        end = ends.get(TopicPartition(row["topic"], row["partition"]))
        found = ("not there", "") if end is None else (end, end - row["next"])
        table.add_row(*map(str, (row["topic"], row["partition"], row["next"], *found, row["moves"], row["halted"] or "")))
    return table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{WHERE} See docs/runbooks/disagreement.md."
    orders = parser.add_subparsers(dest="order", required=True)
    looking = orders.add_parser("show", help="where each partition is read on, how far own topics are told, and why one is halted")
    looking.add_argument("--topic")
    moving = orders.add_parser("move", help="read on from elsewhere; a halt is cleared")
    moving.add_argument("--topic", required=True)
    moving.add_argument("--partition", type=int, action="append", help="one or several; all where none is named")
    moving.add_argument("--to", required=True, help="start, end, or an offset")
    moving.add_argument("--skip", type=int, help="how many values are never read because of it; needed where there are several")
    add_who_and_why(moving)


def run(arguments: argparse.Namespace) -> int:
    """0 when it was shown or moved; 1 with the reason on standard error."""
    return carry_out(Operator, lambda settings: _carry_out(settings, arguments))


async def _carry_out(settings: Operator, asked: argparse.Namespace) -> None:
    if asked.order == "show":
        await show(settings, asked.topic)
        return
    moved = await move(settings, asked.topic, asked.partition, asked.to, asked.skip, by=asked.by, reason=asked.reason)
    for partition, place in moved.items():
        say(f"{asked.topic}/{partition} is read on from {place}")
