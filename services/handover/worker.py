"""An accepted handover takes effect when its day is over, not when something is heard."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.due import in_rounds
from chassis.occasion import Occasion, Telling
from chassis.say import say
from services.handover import landing, store

ROUND = 200


async def fire(occasion: Occasion, ended: date, tx: Transaction) -> set[str]:
    """Make effective whatever is due now that `ended` is over; over errors of which classes something stays due."""

    async def find(after: UUID) -> list[UUID]:
        return await store.lock_due(tx, ended, after, ROUND)

    async def take_effect(due: Sequence[UUID]) -> None:
        caseload = await store.load(tx, record_ids=due)
        tellings = [Telling(fact, occasion) for fact in landing.take_effect(ended, caseload)]
        await store.save(tx, caseload)
        await say(tx, tellings)

    return await in_rounds(tx, find, take_effect)
