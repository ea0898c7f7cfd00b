"""Whether a service may be relied on now, and if not, why: each complaint has its page in docs/runbooks/readiness.md."""

import asyncio
from dataclasses import dataclass
from time import monotonic

from chassis.database import Pool
from chassis.pulse import Pulse
from chassis.settings import Settings

RUNBOOK = "docs/runbooks/readiness.md"
DATABASE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is too long, in seconds: for a loop that does not turn or a place that does not move, and for a telling unsent."""

    stall: float
    outbox: float


async def complaints(pulse: Pulse, pool: Pool, settings: Settings) -> list[str]:
    """Why this service is not ready; empty if it is. The broker is not asked: that it answers somebody says nothing about us."""
    patience = Patience(settings.stall_seconds, settings.outbox_seconds)
    return [*pulse.complaints, *overdue(pulse, patience, monotonic()), *await _of_the_database(pool)]


def overdue(pulse: Pulse, patience: Patience, now: float) -> list[str]:
    """What takes longer than it may."""
    stall, progress = f"for more than {patience.stall:g} s", pulse.progress
    found = [f"the {loop} loop has not turned {stall}" for loop, at in pulse.turns.items() if now - at > patience.stall]
    found += [f"its partitions were taken away and none given {stall}"] if progress.adrift(now) > patience.stall else []
    found += [f"{topic}: Kafka has not answered {stall}" for topic, age in progress.silences(now).items() if age > patience.stall]
    found += [f"{topic}: its place has not moved {stall}" for topic, age in progress.stands(now).items() if age > patience.stall]
    return found + ([f"the outbox keeps a telling for more than {patience.outbox:g} s"] if pulse.backlog.seconds > patience.outbox else [])


async def _of_the_database(pool: Pool) -> list[str]:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await pool.fetchval("select 1")
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
        return [f"the database does not answer: {type(error).__name__}"]
    return []
