"""One force told again what it has to know: read under lock, decided, said, a round at a time so that memory stays bounded."""

from collections import Counter
from dataclasses import dataclass

from chassis.database import Transaction
from chassis.ids import BEFORE_ALL
from chassis.occasion import Occasion, Telling
from chassis.say import say
from contracts.handover_packs import HandoverNotice, HandoverNoticeWithdrawn
from services.handover import notices, retelling_store, store

ROUND = 200


@dataclass(frozen=True, slots=True)
class Retold:
    """How much a force was told again: handovers that it is asked about, and some that were withdrawn."""

    force: str
    notices: int
    withdrawals: int


async def tell_again(tx: Transaction, occasion: Occasion, force: str, asked_by: str, reason: str) -> Retold:
    """Say to `force`, and to no other, how those handovers stand that it has to know of, and keep who asked for it and why.

    Records are locked in the order of their ids over all rounds, as everybody locks them.
    """
    since, last, told = notices.kept_since(force, occasion.day), BEFORE_ALL, Counter[str]()
    while record_ids := await retelling_store.asked_about(tx, force, last, ROUND):
        last = record_ids[-1]
        facts = notices.again(force, since, await store.load(tx, record_ids))
        await say(tx, [Telling(fact, occasion) for fact in facts])
        told.update(fact.TYPE for fact in facts)
    retold = Retold(force, told[HandoverNotice.TYPE], told[HandoverNoticeWithdrawn.TYPE])
    await retelling_store.save(tx, asked_by, reason, retold.force, retold.notices, retold.withdrawals)
    return retold
