"""A service of its own process that ends, without a word, over anything about the record that DEADLY names, or one version of it.

Where DEADLY is "everything", it ends over whatever it hears.

With DEADLY_HELD it ends also over whatever is to be held.
"""

import os
from collections.abc import Sequence
from typing import Any

from chassis.app import run
from chassis.database import Transaction
from chassis.held import Held
from chassis.occasion import Batch, Received
from chassis.room import Room
from tests.chassis.house import Witness

EVERYTHING = "everything"


def is_deadly(each: Received[Any]) -> bool:
    if os.environ["DEADLY"] == EVERYTHING:
        return True
    version = os.environ.get("DEADLY_VERSION", str(each.envelope.version))
    return (each.envelope.subject, str(each.envelope.version)) == (os.environ["DEADLY"], version)


async def _end(batch: Batch, _tx: Transaction) -> None:
    if any(is_deadly(each) for each in batch):
        os._exit(70)


async def _end_over_what_is_held(_held: Sequence[Held], _tx: Transaction) -> None:
    if "DEADLY_HELD" in os.environ:
        os._exit(70)


if __name__ == "__main__":
    run(Room("intel", {"records": Witness(and_then=_end).hear}, on_held=_end_over_what_is_held))
