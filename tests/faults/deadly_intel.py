"""Intel in a process of its own that ends, without a word, over what DEADLY and DEADLY_VERSION name, handled or recalled."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chassis.app import run
from chassis.database import Transaction
from chassis.occasion import Batch, Received
from services.intel import handlers, recall
from services.intel.app import room
from tests.chassis.deadly import is_deadly


async def _hear(batch: Batch, tx: Transaction) -> None:
    if any(is_deadly(each) for each in batch):
        os._exit(70)
    await handlers.on_records(batch, tx)


async def _recall(cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
    if cause is not None and is_deadly(cause):
        os._exit(70)
    await recall.recall(cause, facts, tx)


if __name__ == "__main__":
    run(replace(room(), families={"records": _hear}, recall=_recall))
