"""A neighbour cannot speak for another: who it is that speaks is the topic's to say, never the message's (H5)."""

from uuid import uuid4

import pytest

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from contracts.codes import HoldReason
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import has_effects
from tests.chassis.house import House, Witness, nothing
from tests.chassis.tellings import declined
from tests.keys import VAULT
from tests.waiting import until

CLEVELAND, DURHAM = "handover-replies.cleveland.v1", "handover-replies.durham.v1"


@pytest.mark.kafka
async def test_what_one_force_says_in_the_name_of_another_is_held_and_changes_nothing(house: FreshHouse) -> None:
    handover, forces = await house("handover"), list[str]()

    async def remember(batch: Batch, _tx: Transaction) -> None:
        forces.extend(received.principal for received in batch)

    forged, genuine = declined(uuid4()), declined(uuid4())  # both say that they are Cleveland's
    lying = await handover.tell_raw(forged.to_bytes(), topic=DURHAM)
    await handover.tell_raw(genuine.to_bytes(), topic=CLEVELAND)
    families = {"handover-replies": Witness(and_then=remember).hear, "records": nothing}
    async with handover.opened(Room("handover", families, vault=VAULT)):
        await has_effects(handover, 1)
        await until(lambda: _something_is_held(handover), "the forged one is held")

    (held,) = (await handover.held(VAULT)).items()
    assert await handover.effects() == [genuine.id]
    assert forces == ["cleveland"]
    assert (held[0], held[1]["reason"], held[1]["value"]) == (lying, HoldReason.MALFORMED, forged.to_bytes())
    assert held[1]["complaint"] == "source: must be /forces/durham on this topic"


async def _something_is_held(house: House) -> bool:
    return await house.reasons() != []
