"""Tests wait for conditions, never for time."""

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable
from time import monotonic

# A proof that breaks something on purpose need not wait so long to see it.
PATIENCE_SECONDS = float(os.environ.get("LANDFALL_TEST_PATIENCE_SECONDS", "60"))
LONG_SECONDS = 2 * PATIENCE_SECONDS
"""For what is tried again and again, after pauses that grow."""


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as `condition` holds; fail with `what` if it never does."""
    deadline = monotonic() + patience_seconds
    while True:
        answer = condition()
        if (await answer) if inspect.isawaitable(answer) else answer:
            return
        assert monotonic() < deadline, f"in {patience_seconds:.0f} seconds it never held that {what}"
        await asyncio.sleep(0.05)
