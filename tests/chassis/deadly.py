"""A service of its own process that ends, without a word, over anything about the record that DEADLY names."""

import os

from chassis.app import run
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from tests.chassis.house import Witness


async def _end(batch: Batch, _tx: Transaction) -> None:
    if any(each.envelope.subject == os.environ["DEADLY"] for each in batch):
        os._exit(70)


if __name__ == "__main__":
    run(Room("intel", {"records": Witness(and_then=_end).hear}))
