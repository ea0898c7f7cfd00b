"""Everything that records reacts to: notifications, travel notices, handovers, and what was set aside. Load, decide, save, say."""

from collections.abc import Sequence

import structlog

from chassis.database import Transaction
from chassis.held import Held
from chassis.occasion import Batch, Telling
from chassis.say import said_about, say
from contracts.codes import Channel
from contracts.decisions import NotificationHeld
from contracts.handovers import HandoverEffective
from contracts.records import RecordTransferred
from services.records import (
    ending_store,
    notification_decision,
    notification_store,
    record_decision,
    record_store,
    travel_decision,
    travel_store,
)
from services.records.reading import read_notification, read_travel_notice
from trust.keys import Keys

log = structlog.get_logger()


async def on_notifications(keys: Keys, batch: Batch, tx: Transaction) -> None:
    """Convictions abroad, as overseas feeds tell them."""
    told = [read_notification(keys, received) for received in batch]
    register = await notification_store.load(tx, keys, told)
    tellings = [
        Telling(fact, received.occasion)
        for received, each in zip(batch, told, strict=True)
        for fact in notification_decision.decide(each, register)
    ]  # fmt: skip
    await notification_store.save(tx, keys, register)
    await say(tx, tellings)


async def on_travel_notices(keys: Keys, batch: Batch, tx: Transaction) -> None:
    """Expected landings, as carriers, borders and consulates tell them."""
    told = [read_travel_notice(keys, received) for received in batch]
    register = await travel_store.load(tx, keys, told)
    tellings = [
        Telling(fact, received.occasion)
        for received, each in zip(batch, told, strict=True)
        for fact in travel_decision.decide(each, register)
    ]  # fmt: skip
    await travel_store.save(tx, keys, register)
    await say(tx, tellings)


async def on_handovers(keys: Keys, batch: Batch, tx: Transaction) -> None:
    """Who manages: what handover says about a record."""
    effective = {received.fact.record_id for received in batch if isinstance(received.fact, HandoverEffective)}
    records = await record_store.load_records(tx, keys, effective)
    tellings = [Telling(fact, received.occasion) for received in batch for fact in record_decision.after_handover(received.fact, records)]
    await ending_store.save_transfers(tx, [each.fact for each in tellings if isinstance(each.fact, RecordTransferred)])
    await say(tx, tellings)


async def on_held(held: Sequence[Held], tx: Transaction) -> None:
    """A notification that was set aside is counted too, once, however often it is heard: every telling ends as exactly one thing.

    It is counted under the id it is held by; taken up again it is decided under the same, so that it counts as that and no longer as held.
    A travel notice that was set aside is somebody who may land unassessed: whoever is on call hears of it at once.
    """
    for each in held:
        if each.topic.family.name == "travel-notices":
            log.critical("travel_notice_held", held_id=str(each.held_id), topic=each.topic.name, reason=each.reason)
    aside = [each for each in held if each.topic.family.name == "notifications"]
    before = await said_about(tx, "decisions.v1", [str(each.held_id) for each in aside])
    await say(
        tx,
        [
            Telling(
                NotificationHeld(notification_id=each.held_id, channel=Channel(str(each.topic.principal)), reason=each.reason),
                each.occasion,
            )
            for each in aside
            if str(each.held_id) not in before
        ],
    )
