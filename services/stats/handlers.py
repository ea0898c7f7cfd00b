"""Everything that statistics react to: every fact that any service tells, all in one way."""

from uuid import UUID

from chassis.database import Transaction
from chassis.occasion import Batch, Occasion, Received, Telling, london_day
from chassis.say import say
from services.stats import figure_store, movement, store, telling
from services.stats.movement import AnyFact, HeardFact


async def on_facts(batch: Batch, tx: Transaction) -> None:
    """Each fact moves the figures it counts for, on its own day and known since its owner committed it; dashboards hear what changed."""
    standing = await store.load(tx, (UUID(received.fact.subject) for received in batch))
    heard = [_told(received) for received in batch]
    movements = [moved for told in heard for moved in movement.decide(told, standing)]
    await store.save(tx, movements)
    totals = await figure_store.move(tx, telling.steps(movements), until=max(told.day for told in heard))
    whenever = Occasion(batch[-1].occasion.at)  # a figure leads back to no fact, and so to no record
    await say(tx, [Telling(telling.told(total), whenever) for total in totals])


def _told(received: Received[AnyFact]) -> HeardFact:
    envelope = received.envelope
    return HeardFact(received.fact, envelope.id, london_day(envelope.time), envelope.recordedtime or envelope.time)
