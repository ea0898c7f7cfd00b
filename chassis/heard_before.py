"""What lies on the topics that a service hears, and was certainly heard before its database was lost."""

from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.wire import identify


@dataclass(frozen=True, slots=True)
class Heard:
    """A value that was heard before, as the broker gives it, and its id where it has one."""

    raw: Any
    id: UUID | None


def certainly_heard(raws: Sequence[Any], causes: Container[UUID | None], reach: int) -> "deque[Heard]":
    """Of one partition all up to the last value that has an answer, and at least the first `reach`."""
    heard = [Heard(raw, identify(raw.value)) for raw in raws]
    last = max((index for index, each in enumerate(heard, start=1) if each.id in causes), default=0)
    return deque(heard[: max(last, reach)])
