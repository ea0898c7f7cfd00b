"""Reports are sent when they are due, not when something is heard."""

from chassis.database import Transaction
from chassis.occasion import Occasion, Telling
from chassis.say import say
from services.intel import check, store

ROUND = 500


async def fire(occasion: Occasion, tx: Transaction) -> None:
    """Send every report that is due by the occasion's day, a round at a time so that memory stays bounded."""
    while due := await store.lock_due(tx, occasion.day, ROUND):
        await store.mark_sent(tx, due, occasion.day)
        await say(tx, [Telling(check.report(each), occasion) for each in due])
