"""Everything that handover reacts to."""

from collections.abc import Sequence

import structlog

from chassis.database import Transaction
from chassis.held import Held
from chassis.occasion import Batch, Telling
from chassis.say import say
from services.handover import case_file, reply, store

log = structlog.get_logger()


async def on_records(batch: Batch, tx: Transaction) -> None:
    """An expected landing is offered to the force it is bound for; a closed record takes its open offer with it."""
    caseload = await store.load(tx, record_ids=(received.fact.record_id for received in batch))
    tellings = [
        Telling(fact, received.occasion) for received in batch for fact in case_file.decide(received.fact, received.occasion.day, caseload)
    ]
    await store.save(tx, caseload)
    await say(tx, tellings)


async def on_replies(batch: Batch, tx: Transaction) -> None:
    """What a force answers on its own topic; which force it is, the topic says."""
    caseload = await store.load(tx, handover_ids=(received.fact.handover_id for received in batch))
    tellings = [
        Telling(fact, received.occasion)
        for received in batch
        for fact in reply.decide(received.fact, received.principal, received.occasion.day, caseload)
    ]
    await store.save(tx, caseload)
    await say(tx, tellings)


async def on_held(held: Sequence[Held], _tx: Transaction) -> None:
    """An answer that was set aside is one that a force believes it gave: it may count on a person whom nobody hands over to it."""
    for each in held:
        if each.topic.family.name == "handover-replies":
            log.critical("handover_reply_held", held_id=str(each.held_id), topic=each.topic.name, reason=each.reason)
