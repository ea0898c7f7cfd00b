"""Reads what lies on partitions from given places to where they end now, outside every group."""

from collections.abc import Mapping
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis.originals import Raw

PATIENCE_SECONDS = 60.0
LOOK_MS = 500


async def read_on(onlooker: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> dict[TopicPartition, list[Raw]]:
    """All values from `starts` to the ends that the fetches themselves name, partition by partition.

    Raises:
        KafkaTimeoutError: the broker hands over nothing more, and says of no end that it is one.
        OffsetOutOfRangeError: a partition ends before its start.
    """
    found: dict[TopicPartition, list[Raw]] = {each: [] for each in starts}
    onlooker.assign(list(starts))
    for each, start in starts.items():
        onlooker.seek(each, start)
    waiting, deadline = set(starts), monotonic() + PATIENCE_SECONDS
    while waiting:
        polled = await onlooker.getmany(*waiting, timeout_ms=LOOK_MS)
        for each, raws in polled.items():
            found[each] += raws
        ended = {each for each in waiting if await _has_ended(onlooker, each)}
        onlooker.pause(*ended)
        waiting -= ended
        if polled or ended:
            deadline = monotonic() + PATIENCE_SECONDS
        if monotonic() > deadline:
            message = f"no answer about the end of {len(waiting)} partitions within {PATIENCE_SECONDS:.0f} s"
            raise KafkaTimeoutError(message)
    return found


async def _has_ended(onlooker: AIOKafkaConsumer, partition: TopicPartition) -> bool:
    end = onlooker.highwater(partition)
    return end is not None and await onlooker.position(partition) >= end
