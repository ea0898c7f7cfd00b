"""The value just before each stored place, as Kafka hands it over: one of each partition, and what is not handed over is told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from chassis.place import Place, digest
from chassis.reading import CANNOT_UNPACK

LOOK_MS = 500
SURE_SECONDS = 3.0


@dataclass(slots=True)
class Looked:
    """The digests of those values; which partitions have none there, or one that cannot be unpacked; what is `withheld` did not come."""

    digests: dict[TopicPartition, bytes] = field(default_factory=dict)
    absent: set[TopicPartition] = field(default_factory=set)
    damaged: set[TopicPartition] = field(default_factory=set)
    withheld: frozenset[TopicPartition] = frozenset()


async def values_before(onlooker: AIOKafkaConsumer, places: Mapping[TopicPartition, Place], patience_seconds: float) -> Looked:
    """Look at each partition, all at once. Where one of them cannot be unpacked the others are given their time anew without it.

    One value at a time: what lies behind it may be what Kafka's client cannot unpack. That a topic ends before the place is believed only
    if it stays so: a leader that is new may know for a moment of less than was acknowledged.
    """
    looked, wanted = Looked(), dict(places)
    deadline = monotonic() + patience_seconds
    while wanted and monotonic() < deadline:
        try:
            await _look(onlooker, wanted, looked, deadline)
        except CANNOT_UNPACK:
            for each in await _damaged(onlooker, wanted):
                del wanted[each]
                looked.damaged.add(each)
                deadline = monotonic() + patience_seconds
    looked.withheld = frozenset(wanted)
    return looked


async def _damaged(onlooker: AIOKafkaConsumer, wanted: Mapping[TopicPartition, Place]) -> list[TopicPartition]:
    """Those whose value cannot be unpacked: Kafka's client does not say of which it could not, so each is asked about alone."""
    found: list[TopicPartition] = []
    for each, place in wanted.items():
        _look_at(onlooker, {each: place})
        try:
            await onlooker.getmany(each, timeout_ms=LOOK_MS, max_records=1)
        except CANNOT_UNPACK:
            found.append(each)
        except OffsetOutOfRangeError:
            continue
    return found


async def _look(onlooker: AIOKafkaConsumer, wanted: dict[TopicPartition, Place], looked: Looked, deadline: float) -> None:
    """Until all have answered, which leaves nothing wanted, or the deadline is over."""
    short_since: dict[TopicPartition, float] = {}
    _look_at(onlooker, wanted)
    while wanted and monotonic() < deadline:
        try:
            polled = await onlooker.getmany(*wanted, timeout_ms=LOOK_MS, max_records=1)
        except OffsetOutOfRangeError as error:
            for each in error.args[0]:
                wanted.pop(each, None)
                looked.absent.add(each)
            _look_at(onlooker, wanted)
            continue
        for each, records in polled.items():
            if records[0].offset == wanted.pop(each).next - 1:
                looked.digests[each] = digest(records[0].value)
            else:
                looked.absent.add(each)
        onlooker.pause(*polled)
        now = monotonic()
        short_since = {each: short_since.get(each, now) for each, place in wanted.items() if _ends_before(onlooker, each, place)}
        for each in [each for each, since in short_since.items() if now - since >= SURE_SECONDS]:
            looked.absent.add(each)
            del wanted[each]


def _ends_before(onlooker: AIOKafkaConsumer, partition: TopicPartition, place: Place) -> bool:
    """Whether the fetch itself said so. The embedded broker's list of offsets ends with the last batch's first value, not its last."""
    end = onlooker.highwater(partition)
    return end is not None and end < place.next


def _look_at(onlooker: AIOKafkaConsumer, wanted: Mapping[TopicPartition, Place]) -> None:
    if not wanted:
        return  # see chassis.reading: a client that is given nothing may hang when it is stopped
    onlooker.assign(list(wanted))
    for each, place in wanted.items():
        onlooker.seek(each, place.next - 1)
