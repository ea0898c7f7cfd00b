"""An accepted handover takes effect when the landing day comes, not when something is heard."""

from chassis.database import Transaction
from chassis.occasion import Occasion, Telling
from chassis.say import say
from services.handover import landing, store

ROUND = 200


async def fire(occasion: Occasion, tx: Transaction) -> None:
    """Make effective whatever is due by the occasion's day, a round at a time so that memory stays bounded."""
    while due := await store.lock_due(tx, occasion.day, ROUND):
        caseload = await store.load(tx, record_ids=due)
        tellings = [Telling(fact, occasion) for fact in landing.take_effect(occasion.day, caseload)]
        await store.save(tx, caseload)
        await say(tx, tellings)
