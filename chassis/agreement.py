"""Whether the stored place and the topic still tell one story: the value before the place must be the one we applied."""

from collections.abc import Container, Iterable, Mapping
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError, OffsetOutOfRangeError

from chassis.place import Place, digest

PATIENCE_SECONDS = 10.0
LOOK_MS = 500

LOST = "the topic begins after the stored place: what lay between was deleted before it was read"
DIFFERENT = "the topic holds another value before the stored place than the one applied: it was re-created, truncated or restored"
ABSENT = "the topic ends before the stored place: it was re-created, truncated or restored"


async def disagreements(
    onlooker: AIOKafkaConsumer, places: Mapping[TopicPartition, Place], compacted: Container[str] = ()
) -> dict[TopicPartition, str]:
    """Why a partition must not be read on from its stored place; empty where all is well.

    On compacted topics the value before it may rightly be gone, and is not compared.

    Raises:
        KafkaError: the broker could not be asked.
    """
    starts = await onlooker.beginning_offsets(list(places)) if places else {}
    found = {each: LOST for each, place in places.items() if starts[each] > place.next}
    to_compare = {
        each: place
        for each, place in places.items()
        if place.last_digest is not None and starts[each] < place.next and each.topic not in compacted
    }
    values = await _values_before(onlooker, to_compare)
    for each, place in to_compare.items():
        if each not in values:
            found[each] = ABSENT
        elif values[each] != place.last_digest:
            found[each] = DIFFERENT
    return found


async def _values_before(onlooker: AIOKafkaConsumer, places: Mapping[TopicPartition, Place]) -> dict[TopicPartition, bytes]:
    """The digest of the value just before each place, where there is one.

    Raises:
        KafkaTimeoutError: the broker has them and does not hand them over; that is no disagreement.
    """
    wanted = dict(places)
    found: dict[TopicPartition, bytes] = {}
    deadline = monotonic() + PATIENCE_SECONDS
    _look_at(onlooker, wanted)
    while wanted and monotonic() < deadline:
        try:
            polled = await onlooker.getmany(*wanted, timeout_ms=LOOK_MS)
        except OffsetOutOfRangeError as error:
            for each in error.args[0]:
                wanted.pop(each, None)
            _look_at(onlooker, wanted)
            continue
        for each, records in polled.items():
            if records[0].offset == wanted[each].next - 1:
                found[each] = digest(records[0].value)
            del wanted[each]
        onlooker.pause(*polled)
        wanted = {each: place for each, place in wanted.items() if not _ends_before(onlooker, each, place)}
    if wanted:
        message = f"no answer about {len(wanted)} stored places within {PATIENCE_SECONDS:.0f} s"
        raise KafkaTimeoutError(message)
    return found


def _ends_before(onlooker: AIOKafkaConsumer, partition: TopicPartition, place: Place) -> bool:
    """Whether the fetch itself said so. The embedded broker's list of offsets ends with the last batch's first value, not its last."""
    end = onlooker.highwater(partition)
    return end is not None and end < place.next


def _look_at(onlooker: AIOKafkaConsumer, wanted: Mapping[TopicPartition, Place]) -> None:
    onlooker.assign(list(wanted))
    for each, place in wanted.items():
        onlooker.seek(each, place.next - 1)


async def starts_of(onlooker: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the log of each partition begins."""
    asked = list(partitions)
    return dict(await onlooker.beginning_offsets(asked)) if asked else {}
