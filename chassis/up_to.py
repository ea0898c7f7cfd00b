"""A batch as far as it goes: what contradicts what was heard stops its own partition there, and nothing before or beside it."""

from collections.abc import Mapping

from aiokafka import TopicPartition

from chassis.carried import Carried
from chassis.carry import Carrier, Polled
from chassis.sift import ContradictionError
from chassis.ways import Way, together


async def carry_up_to(carrier: Carrier, polled: Polled, expected: Mapping[TopicPartition, int], way: Way = together) -> Carried:
    """Apply a batch, of each partition only what lies before a contradiction; those that have one are `stuck`, each at its false value.

    Raises:
        Exception: as `Carrier.carry` does, and nothing is left behind.
    """
    try:
        return await carrier.carry(polled, expected, way)
    except ContradictionError as error:
        contradiction = error
    false = contradiction.coordinates
    partition = TopicPartition(carrier.topic_prefix + false.topic, false.partition)
    good = [raw for raw in polled[partition] if raw.offset < false.offset]
    rest = {each: good if each == partition else raws for each, raws in polled.items() if good or each != partition}
    carried = await carry_up_to(carrier, rest, expected, way) if rest else Carried()
    if partition in carried.moved or not good:
        carried.stuck.setdefault(partition, contradiction)
    return carried
