"""What time it is: the wall's, or in a scenario the greatest time heard so far, so that nobody runs ahead of what happened."""

from datetime import UTC, datetime
from typing import Protocol

from chassis.database import Pool, Transaction
from chassis.settings import ClockKind

KEEP = """
insert into event_clock (now) values ($1)
on conflict (only_row) do update set now = excluded.now where event_clock.now < excluded.now
"""


class Clock(Protocol):
    """Asked once per occasion; decisions never ask."""

    kind: ClockKind

    def now(self) -> datetime: ...

    def hear(self, told_at: datetime) -> None:
        """Something that happened at `told_at` was heard."""

    async def keep(self, tx: Transaction) -> None:
        """Put the clock down with the effects of what moved it."""

    async def load(self, pool: Pool) -> None:
        """Take the clock up again after a restart."""


class LiveClock:
    """The wall clock; nothing moves it and nothing needs keeping."""

    kind = ClockKind.LIVE

    def now(self) -> datetime:
        return datetime.now(UTC)

    def hear(self, told_at: datetime) -> None:
        """The wall does not listen."""

    async def keep(self, tx: Transaction) -> None:
        """The wall keeps itself."""

    async def load(self, pool: Pool) -> None:
        """The wall needs no loading."""


class EventClock:
    """The calendar of a scenario. Refused in production by the settings."""

    kind = ClockKind.EVENT

    def __init__(self) -> None:
        self._now = datetime(1970, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def hear(self, told_at: datetime) -> None:
        self._now = max(self._now, told_at)

    async def keep(self, tx: Transaction) -> None:
        await tx.execute(KEEP, self._now)

    async def load(self, pool: Pool) -> None:
        kept = await pool.fetchval("select now from event_clock")
        if kept is not None:
            self.hear(kept)


def clock_of(kind: ClockKind) -> Clock:
    return LiveClock() if kind is ClockKind.LIVE else EventClock()
