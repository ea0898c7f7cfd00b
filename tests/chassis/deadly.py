"""A service of its own process that ends, without a word, over anything about the record that DEADLY names, or one version of it."""

import os
from typing import Any

from chassis.app import run
from chassis.database import Transaction
from chassis.occasion import Batch, Received
from chassis.room import Room
from tests.chassis.house import Witness


def is_deadly(each: Received[Any]) -> bool:
    version = os.environ.get("DEADLY_VERSION", str(each.envelope.version))
    return (each.envelope.subject, str(each.envelope.version)) == (os.environ["DEADLY"], version)


async def _end(batch: Batch, _tx: Transaction) -> None:
    if any(is_deadly(each) for each in batch):
        os._exit(70)


if __name__ == "__main__":
    run(Room("intel", {"records": Witness(and_then=_end).hear}))
