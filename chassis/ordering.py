"""What may be ordered about something held. Tools write it down; the consumer alone carries it out (chassis/orders.py)."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from chassis.database import Pool, Transaction, affected


class Wish(StrEnum):
    """redrive: handle it now. release: let it go on without what it waits for. discard: never apply it."""

    REDRIVE = "redrive"
    RELEASE = "release"
    DISCARD = "discard"


BY_ITSELF = "this service"

# An operator's order takes the place of the service's own: a release that gave it may not come back to carry it out.
ORDER = f"""
update held set ordered = $2, ordered_by = $3, order_reason = $4, ordered_at = now(), order_tries = 0
where held_id = any($1::uuid[]) and (ordered is null or (ordered_by = '{BY_ITSELF}' and $3 <> '{BY_ITSELF}'))
"""  # noqa: S608 - our own word


async def order(database: "Pool | Transaction", held_ids: Iterable[UUID], wish: Wish, by: str, why: str) -> int:
    """Write an order on those that have no operator's yet; on how many."""
    return affected(await database.execute(ORDER, list(held_ids), wish, by, why))
