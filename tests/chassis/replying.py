"""A service that hears forces' replies and puts each down that it is given; the forces choose the ids."""

from uuid import UUID

import pytest
import pytest_asyncio

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from contracts.codes import DeclineReason
from contracts.handover_replies import ForceDeclined
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.keys import VAULT
from tests.outside import Message, message

CLEVELAND, KENT = "cleveland", "kent"


async def _not_asked(_batch: Batch, _tx: Transaction) -> None:
    """Nobody tells of records here."""


@pytest_asyncio.fixture
async def handover(house: FreshHouse) -> House:
    return await house("handover")


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def room(witness: Witness) -> Room:
    return Room("handover", {"records": _not_asked, "handover-replies": witness.hear}, vault=VAULT)


def declines(about: UUID, under: UUID | None = None, force: str = CLEVELAND) -> Message:
    return message(ForceDeclined(handover_id=about, reason=DeclineReason.NOT_IN_OUR_AREA), force, under)
