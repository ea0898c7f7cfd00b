"""Reads what lies on partitions from given places to where they end now, outside every group."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from time import monotonic
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaTimeoutError

from chassis.originals import Raw

PATIENCE_SECONDS = 60.0
LOOK_MS = 100  # asks nobody: how soon it is noticed that an empty partition has answered

# What Kafka's client raises, at every poll and for all partitions, over one record that it cannot unpack.
CANNOT_UNPACK = (CorruptRecordException, UnicodeDecodeError)

LeaveOut: TypeAlias = Callable[[TopicPartition, int, int], None]
"""Told of a partition from where on, and up to before where, nothing can be unpacked; something lies there, but not at every offset."""

log = structlog.get_logger()


def _only_logged(_partition: TopicPartition, _first: int, _following: int) -> None:
    """Nobody else has to know."""


async def as_polled(
    onlooker: AIOKafkaConsumer,
    starts: Mapping[TopicPartition, int],
    patience_seconds: float = PATIENCE_SECONDS,
    at_once: int | None = None,
) -> AsyncIterator[tuple[TopicPartition, Sequence[Raw]]]:
    """All values from `starts` to the ends that the fetches themselves name: some of one partition at a time, in its order.

    `patience_seconds` is how long the broker may neither hand over anything nor say of any end that it is one; `at_once` how many at most.

    Raises:
        KafkaTimeoutError: the patience is over.
        CorruptRecordException, UnicodeDecodeError: a record cannot be unpacked, of whichever partition.
        OffsetOutOfRangeError: a partition ends before its start.
    """
    if not starts:
        return  # to be given nothing and then stopped at once hangs Kafka's client for ever
    onlooker.assign(list(starts))
    for each, start in starts.items():
        onlooker.seek(each, start)
    unread, moved_at = set(starts), monotonic()
    while unread:
        polled = await onlooker.getmany(*unread, timeout_ms=LOOK_MS, max_records=at_once)
        for each, raws in polled.items():
            yield each, raws
        ended = {each for each in unread if await _has_ended(onlooker, each)}
        onlooker.pause(*ended)
        unread -= ended
        moved_at = monotonic() if polled or ended else moved_at
        if unread and monotonic() - moved_at > patience_seconds:
            message = f"no answer about the end of {len(unread)} partitions within {patience_seconds:.0f} s"
            raise KafkaTimeoutError(message)


async def as_readable(
    onlooker: AIOKafkaConsumer,
    starts: Mapping[TopicPartition, int],
    leave_out: LeaveOut = _only_logged,
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[tuple[TopicPartition, Sequence[Raw]]]:
    """The same without what cannot be unpacked: `leave_out` is told where that lies.

    Raises:
        KafkaTimeoutError, OffsetOutOfRangeError: as `as_polled` does.
    """
    following = dict(starts)
    try:
        async for each, raws in as_polled(onlooker, starts, patience_seconds):
            following[each] = raws[-1].offset + 1
            yield each, raws
    except CANNOT_UNPACK:
        for each, place in following.items():
            async for raws in _what_can_be_unpacked(onlooker, each, place, leave_out, patience_seconds):
                yield each, raws


async def read_on(onlooker: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> dict[TopicPartition, list[Raw]]:
    """The same, all at once; a partition without values is there too."""
    found: dict[TopicPartition, list[Raw]] = {each: [] for each in starts}
    async for each, raws in as_readable(onlooker, starts):
        found[each] += raws
    return found


async def _what_can_be_unpacked(
    onlooker: AIOKafkaConsumer, partition: TopicPartition, following: int, leave_out: LeaveOut, patience_seconds: float
) -> AsyncIterator[Sequence[Raw]]:
    """One by one from the first fetch on that fails: those before it there are lost with it. So is all behind it in its record batch."""
    at_once: int | None = None
    first = following
    while True:
        failed = False
        try:
            async for _, raws in as_polled(onlooker, {partition: following}, patience_seconds, at_once):
                _leave_out(leave_out, partition, first, following)
                first = following = raws[-1].offset + 1
                yield raws
        except CANNOT_UNPACK:
            failed = True
        if not failed:
            _leave_out(leave_out, partition, first, following)
            return
        following += 0 if at_once is None else 1
        at_once = 1


def _leave_out(leave_out: LeaveOut, partition: TopicPartition, first: int, following: int) -> None:
    if first < following:
        log.error("cannot_unpack", topic=partition.topic, partition=partition.partition, offset=first, following=following)
        leave_out(partition, first, following)


async def _has_ended(onlooker: AIOKafkaConsumer, partition: TopicPartition) -> bool:
    """As the fetch itself says, and as far as transactions are closed; neither is known before the first answer."""
    stable, highest = onlooker.last_stable_offset(partition), onlooker.highwater(partition)
    end = highest if stable is None or stable < 0 else stable
    return end is not None and await onlooker.position(partition) >= end
