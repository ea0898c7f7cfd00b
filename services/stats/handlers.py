"""Everything that statistics react to: every fact that any service tells, all in one way."""

from uuid import UUID

from chassis.database import Transaction
from chassis.occasion import Batch, Received, london_day
from services.stats import movement, store
from services.stats.movement import AnyFact, Told


async def on_facts(batch: Batch, tx: Transaction) -> None:
    """Each fact moves the figures it counts for, on its own day and known since its owner committed it."""
    standing = await store.load(tx, (UUID(received.fact.subject) for received in batch))
    movements = [moved for received in batch for moved in movement.decide(_told(received), standing)]
    await store.save(tx, movements)


def _told(received: Received[AnyFact]) -> Told:
    envelope = received.envelope
    return Told(received.fact, envelope.id, london_day(envelope.time), envelope.recordedtime or envelope.time)
