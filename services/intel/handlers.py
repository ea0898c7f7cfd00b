"""Everything that intel reacts to."""

from chassis.database import Transaction
from chassis.occasion import Batch, Telling
from chassis.say import say
from services.intel import check, store


async def on_records(batch: Batch, tx: Transaction) -> None:
    """A record created is asked about; nothing else that happens to a record changes its check."""
    register = await store.load(tx, (received.fact.record_id for received in batch))
    tellings = [
        Telling(fact, received.occasion) for received in batch for fact in check.decide(received.fact, received.occasion.day, register)
    ]
    await store.save(tx, register)
    await say(tx, tellings)
