"""Ids that outsiders gave are forgotten once nothing that bears them can be read again."""

from dataclasses import dataclass
from time import monotonic

from chassis.database import Pool, affected
from chassis.outside_event import KNOWN_BY_ID

EVERY_SECONDS = 60.0
AT_ONCE, AT_MOST_SECONDS = 1000, 2.0

LONGEST_KEPT_DAYS = max(each.family.kept_days for each in KNOWN_BY_ID if each.family.kept_days is not None)
REMEMBERED_DAYS = 2 * LONGEST_KEPT_DAYS
"""Kafka deletes by whole segments, and late; a backup is some days old when it is restored."""

FORGET = """
delete from heard_once where (topic, id) in (
    select topic, id from heard_once where heard_at < now() - make_interval(days => $1) order by heard_at limit $2 for update skip locked
)
"""


@dataclass(slots=True)
class Forgetting:
    """Of one instance: once a minute, in rounds, and no longer than it may keep the other chores waiting."""

    pool: Pool
    done_at: float = float("-inf")

    async def forget(self) -> None:
        """Take away the oldest, if it is time."""
        began = monotonic()
        if began - self.done_at >= EVERY_SECONDS:
            while await self._forgets_all_it_may() and monotonic() - began < AT_MOST_SECONDS:
                pass
            self.done_at = monotonic()

    async def _forgets_all_it_may(self) -> bool:
        """One round; whether there may be more."""
        return affected(await self.pool.execute(FORGET, REMEMBERED_DAYS, AT_ONCE)) == AT_ONCE
