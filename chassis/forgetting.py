"""Ids that outsiders gave are forgotten once nothing that bears them can be read again."""

from dataclasses import dataclass
from time import monotonic

from chassis.database import Pool
from chassis.outside_event import KNOWN_BY_ID

EVERY_SECONDS = 60.0
AT_ONCE = 1000

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
    """Of one instance: a bounded round about once a minute, which is more than comes in."""

    pool: Pool
    done_at: float = float("-inf")

    async def forget(self) -> None:
        """Take away the oldest, if it is time."""
        if monotonic() - self.done_at >= EVERY_SECONDS:
            await self.pool.execute(FORGET, REMEMBERED_DAYS, AT_ONCE)
            self.done_at = monotonic()
