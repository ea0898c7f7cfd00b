"""Tellings of a type that was not known when they came: a release that knows it orders by itself that they be handled."""

from dataclasses import dataclass, field
from uuid import UUID

import structlog
from asyncpg import Record

from chassis.held import Held
from chassis.ordering import BY_ITSELF, Wish, order
from chassis.taking_up import TakingUp
from contracts.codes import HoldReason

WHY = "its type is known now"
AT_ONCE = 500

WAITING = "select held_id from held where reason = 'unknown-type' and ordered is null order by held_id"
ROWS = 'select held_id, topic, partition, "offset", original from held where held_id = any($1::uuid[])'

log = structlog.get_logger()


@dataclass(slots=True)
class KnownNow:
    """Looks through what is held. `unknown`: what this release does not know is opened once, however long it waits.

    Other releases may be at work beside this one: they hold more, and put back what this one had ordered.
    """

    taking_up: TakingUp
    unknown: set[UUID] = field(default_factory=set)

    async def look(self) -> None:
        """Order what can be read now."""
        pool, known = self.taking_up.carrier.pool, list[UUID]()
        waiting = [row["held_id"] for row in await pool.fetch(WAITING)]
        self.unknown.intersection_update(waiting)
        new = [each for each in waiting if each not in self.unknown]
        for start in range(0, len(new), AT_ONCE):
            rows = await pool.fetch(ROWS, new[start : start + AT_ONCE])
            known += [row["held_id"] for row in rows if self.knows(row)]
        self.unknown.update(set(new).difference(known))
        if known:  # all at once, so that they are taken up in the order in which they came
            await order(pool, known, Wish.REDRIVE, BY_ITSELF, WHY)
            log.info("types_known_now", held=len(known))

    def knows(self, row: Record) -> bool:
        """Whether this release can say more of it than that its type is not known."""
        try:
            read = self.taking_up.read(row)
        except ValueError:
            return False
        return not isinstance(read, Held) or read.reason is not HoldReason.UNKNOWN_TYPE
