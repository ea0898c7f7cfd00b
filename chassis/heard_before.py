"""What lies on the topics that a service hears, was certainly or perhaps heard before its database was lost, and when."""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, takewhile
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from chassis.outside_event import EventKey, is_known_by_id
from chassis.stops import why_stopped
from contracts.catalogue import Topic
from contracts.wire import UnknownTypeError, UnreadableError, decode, identify

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """A value as the broker gives it, its id where it has one, and from when on it can have been heard.

    It was `certain`ly heard where it has an answer, or something behind it has one or was settled.
    """

    raw: Any
    id: UUID | None
    at: datetime
    certain: bool


def heard_before(
    raws: Sequence[Any],
    told_at: Callable[[Any], datetime],
    id_of: Callable[[Any], UUID | None],
    answered: Mapping[UUID, datetime],
    reach: int,
) -> "deque[Heard]":
    """Of one partition all up to the last value that has an answer, at least the first `reach`, and what was told before the last answer.

    `answered` says when what has an answer was answered.
    """
    ids = _first_alone([id_of(raw) for raw in raws])
    answers = [None if each is None else answered.get(each) for each in ids]
    certain = max((number for number, at in enumerate(answers, start=1) if at is not None), default=0)
    times = _in_turn([told_at(raw) for raw in raws], answers)
    sure = [number < max(certain, reach) for number in range(len(raws))]
    heard = [Heard(*each) for each in zip(raws, ids, times, sure, strict=True)]
    last = max(answered.values(), default=EARLIEST)
    return deque(takewhile(lambda each: each.certain or each.at < last, heard))


def leave_what_was_stopped(heard: Mapping[TopicPartition, "deque[Heard]"], stopped: Mapping[str, str]) -> None:
    """Of a topic that was not read when the database was backed up nothing is left but what certainly was heard: somebody had to look."""
    for each, values in heard.items():
        while values and not values[-1].certain and why_stopped(each.topic, stopped) is not None:
            values.pop()


def _in_turn(told: Sequence[datetime], answers: Sequence[datetime | None]) -> list[datetime]:
    """Each was heard once it was told and what lies before it was heard; and before anything behind it was answered."""
    not_after = list(accumulate((each or LATEST for each in reversed(answers)), min))[::-1]
    return list(accumulate((min(answer or at, last) for at, answer, last in zip(told, answers, not_after, strict=True)), max))


def _first_alone(ids: Sequence[UUID | None]) -> list[UUID | None]:
    """What is told again has no answer of its own: the first has it."""
    first = {each: index for index, each in reversed(list(enumerate(ids)))}
    return [each if first[each] == index else None for index, each in enumerate(ids)]


def answerable(topic: Topic, known: Collection[EventKey], raw: Any) -> UUID | None:
    """The id under which it can have an answer.

    What an outsider told unreadably has none, though its correction may bear its id, nor has what came under a `known` id: what came before
    the backup was answered before it too, or where it was held.
    """
    if not is_known_by_id(topic):
        return identify(raw.value)
    try:
        found: UUID | None = None if raw.key is None else decode(topic, raw.value).id
    except UnknownTypeError:
        found = identify(raw.value)
    except UnreadableError:
        return None
    return None if found is None or (topic.name, found) in known else found


def stamped(raw: Any) -> datetime:
    """When it was told, as the broker says."""
    return datetime.fromtimestamp(raw.timestamp / 1000, UTC)


def dated(topic: Topic, raw: Any) -> datetime:
    """The same, as whoever told it says: a scenario's clock is another than the broker's."""
    try:
        envelope = decode(topic, raw.value)
    except UnreadableError:
        return EARLIEST
    return envelope.recordedtime or envelope.time
