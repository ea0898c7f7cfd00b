"""What a reader does between two batches, about once a second."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic

EVERY_SECONDS = 1.0


@dataclass(slots=True)
class Chores:
    """Each in its turn; one that fails is met again at the next round of the reading loop."""

    each: Sequence[Callable[[], Awaitable[None]]]
    done_at: float = float("-inf")

    async def __call__(self) -> None:
        """Do them if it is time."""
        if monotonic() - self.done_at >= EVERY_SECONDS:
            for chore in self.each:
                await chore()
            self.done_at = monotonic()
