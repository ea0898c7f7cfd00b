"""What a reader does between two batches, about once a second."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import structlog

EVERY_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(slots=True)
class Chores:
    """Each in its turn; one that fails keeps nobody from reading, and is met again a second later."""

    each: Sequence[Callable[[], Awaitable[None]]]
    done_at: float = float("-inf")

    async def __call__(self) -> None:
        """Do them if it is time."""
        if monotonic() - self.done_at >= EVERY_SECONDS:
            for chore in self.each:
                try:
                    await chore()
                except Exception as error:  # noqa: BLE001 - whatever failed, the others are done and reading goes on
                    log.warning("chore_failed", error=type(error).__name__)
            self.done_at = monotonic()
