"""Each telling of a notification counts as exactly one thing, also when it was held and is decided, or given up, later."""

from collections import Counter

import pytest

from chassis.database import Transaction
from chassis.occasion import Batch, london_day
from chassis.ordering import Wish
from chassis.room import Room
from services.records.app import room as records_room
from services.stats import movement
from services.stats.ledger import Standing
from services.stats.movement import HeardFact
from tests.builders import a_notification
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House
from tests.chassis.ordering import answers, has_read, ordered
from tests.chassis.relaying import all_sent
from tests.chassis.tellings import UK_CRIS, told_by_uk_cris
from tests.keys import KEYS, VAULT


def _room(*, ill: list[bool]) -> Room:
    """Records, whose handler of notifications fails for as long as something is in `ill`."""
    real = records_room(KEYS)

    async def on_notifications(batch: Batch, tx: Transaction) -> None:
        if ill:
            raise KeyError
        await real.families["notifications"](batch, tx)

    return Room("records", {**real.families, "notifications": on_notifications}, vault=VAULT, on_held=real.on_held)


async def _outcomes(records: House) -> Counter[str]:
    """What statistics count, from what records said."""
    standing, counted = Standing(), Counter[str]()
    told = await records.on_topic("decisions.v1")
    for each in sorted(told, key=lambda envelope: (envelope.version or 0, envelope.id)):
        known = each.recordedtime or each.time
        for moved in movement.decide(HeardFact(each.data, each.id, london_day(each.time), known), standing):
            counted[moved.entry.measure] += moved.amount
    return +counted


@pytest.mark.parametrize(
    ("wish", "counted"),
    [(Wish.REDRIVE, {"accepted": 1, "duplicated": 1, "refused": 1}), (Wish.DISCARD, {"held": 2, "accepted": 1})],
)
async def test_what_was_held_counts_as_what_it_became_and_what_is_discarded_stays_held(
    house: FreshHouse, wish: Wish, counted: dict[str, int]
) -> None:
    records, ill = await house("records"), [True]
    told = [a_notification("SYN-1"), a_notification("SYN-1"), a_notification("SYN-2", receiving_state="LU")]
    for nr, each in enumerate(told):
        await records.tell_raw(told_by_uk_cris(each, nr), key=each.reference.encode(), topic=UK_CRIS)

    async with records.opened(_room(ill=ill)):
        await has_read(records, 3)
        await all_sent(records)
        held_first = await _outcomes(records)
        ill.clear()
        await ordered(records, wish, reason="poison")
        assert [each["complaint"] for each in await answers(records, 2)] == [None, None]
        await all_sent(records)

    assert held_first == {"held": 3}
    assert await _outcomes(records) == counted
    assert await records.held(VAULT) == {}
