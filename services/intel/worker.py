"""Reports are sent when they are due, not when something is heard."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.due import in_rounds
from chassis.occasion import Occasion, Telling
from chassis.say import say
from services.intel import check, store

ROUND = 500


async def fire(occasion: Occasion, _ended: date, tx: Transaction) -> set[str]:
    """Send every report that is due by the occasion's day: it need not be over. Over errors of which classes something stays due."""

    async def find(after: UUID) -> list[UUID]:
        return await store.lock_due(tx, occasion.day, after, ROUND)

    async def send(due: Sequence[UUID]) -> None:
        sent = await store.mark_sent(tx, due, occasion.day)
        await say(tx, [Telling(check.report(each), occasion) for each in sent])

    return await in_rounds(tx, find, send)
