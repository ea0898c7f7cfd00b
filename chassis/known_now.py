"""Tellings of a type that was not known when they came: a release that knows it orders by itself that they be handled."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from asyncpg import Record

from chassis.held import Held
from chassis.ordering import Wish, order
from chassis.taking_up import TakingUp
from contracts.codes import HoldReason

BY_ITSELF = "this service"
WHY = "its type is known now"
AT_ONCE = 500
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# Five minutes back, because instances of an older release may still have been writing, by another clock.
UNKNOWN = """
select held_id, topic, partition, "offset", original from held
where reason = 'unknown-type' and ordered is null and kept_at >= $1::timestamptz - interval '5 minutes' and held_id > $2
order by held_id limit $3
"""

log = structlog.get_logger()


@dataclass(slots=True)
class KnownNow:
    """Looks through what is held, all of it at first and then what came since; other releases may be at work beside this one."""

    taking_up: TakingUp
    looked_at: datetime = EARLIEST

    async def look(self) -> None:
        """Order what can be read now."""
        began, last, known = datetime.now(UTC), UUID(int=0), list[UUID]()
        pool = self.taking_up.carrier.pool
        while rows := await pool.fetch(UNKNOWN, self.looked_at, last, AT_ONCE):
            known += [row["held_id"] for row in rows if self.knows(row)]
            last = rows[-1]["held_id"]
        if known:  # all at once, so that they are taken up in the order in which they came
            await order(pool, known, Wish.REDRIVE, BY_ITSELF, WHY)
            log.info("types_known_now", held=len(known))
        self.looked_at = began

    def knows(self, row: Record) -> bool:
        """Whether this release can say more of it than that its type is not known."""
        try:
            read = self.taking_up.read(row)
        except ValueError:
            return False
        return not isinstance(read, Held) or read.reason is not HoldReason.UNKNOWN_TYPE
