"""What lies on the topics that a service hears, and was certainly heard before its database was lost."""

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.wire import identify


@dataclass(frozen=True, slots=True)
class Heard:
    """A value that was heard before, as the broker gives it, its id where it has one, and the place at which it was the next."""

    raw: Any
    id: UUID | None
    place: int


def certainly_heard(place: int, raws: Sequence[Any], causes: Container[UUID | None], reach: int) -> "deque[Heard]":
    """Of one partition, from that place on, all up to the last value that has an answer, and at least the first `reach`."""
    places = [place, *(raw.offset + 1 for raw in raws)]
    heard = [Heard(raw, identify(raw.value), at) for raw, at in zip(raws, places, strict=False)]
    last = max((index for index, each in enumerate(heard, start=1) if each.id in causes), default=0)
    return deque(heard[: max(last, reach)])
