"""Where several values that can still be heard bear the id of one cause and tell different things, one of them alone was decided on."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from chassis.heard_before import answerable
from chassis.held import held_id_of
from chassis.not_yet import CannotRecallError
from chassis.occasion import Coordinates
from chassis.outside_event import EventKey, is_known_by_id
from chassis.place import digest
from contracts.catalogue import BY_NAME, Topic
from contracts.wire import UnknownTypeError, decode


@dataclass(frozen=True, slots=True)
class Bearer:
    """A value that bears the id of a cause, and a hash of what it tells."""

    at: Coordinates
    content: bytes
    was_held: bool


def not_decided_on(
    lying: Mapping[TopicPartition, Sequence[Any]], prefix: str, known: Collection[EventKey], causes: Collection[UUID], held: Collection[str]
) -> set[Coordinates]:
    """Those that were held, because their id stood for something else; `held` are ids of what is told to have been held, and no more.

    Raises:
        CannotRecallError: nothing says which of them was.
    """
    found = defaultdict[UUID, list[Bearer]](list)
    for partition, raws in lying.items():
        topic = BY_NAME[partition.topic.removeprefix(prefix)]
        for raw in raws if is_known_by_id(topic) else ():
            event_id = answerable(topic, known, raw)
            if event_id is not None and event_id in causes:
                found[event_id].append(_bearer(topic, raw, held))
    return {each.at for bearers in found.values() for each in _others(bearers)}


def _bearer(topic: Topic, raw: Any, held: Collection[str]) -> Bearer:
    at = Coordinates(topic.name, raw.partition, raw.offset)
    try:
        content = decode(topic, raw.value).data_hash
    except UnknownTypeError:
        content = digest(raw.value)
    return Bearer(at, topic.name.encode() + content, str(held_id_of(at, raw.value)) in held)


def _others(bearers: Sequence[Bearer]) -> Iterable[Bearer]:
    """Those that tell something else than the one that was decided on. On one partition that is the first."""
    left = [each for each in bearers if not each.was_held] or bearers
    if len({each.content for each in left}) > 1 and len({(each.at.topic, each.at.partition) for each in left}) > 1:
        places = ", ".join(f"{each.at.topic}/{each.at.partition}/{each.at.offset}" for each in left)
        message = f"{places} bear one id and tell different things, and nothing here says which was decided on: restore a later backup"
        raise CannotRecallError(message)
    return [each for each in bearers if each.content != left[0].content]
