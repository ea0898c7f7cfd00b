"""A room of a service's own that fails on what a test picks out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chassis.database import Transaction
from chassis.occasion import Batch, Received
from chassis.room import Room


def that_cannot_bear(room: Room, family: str, bad: Callable[[Received[Any]], bool]) -> Room:
    """The same, but for that family's handler."""

    async def hear(batch: Batch, tx: Transaction) -> None:
        if any(map(bad, batch)):
            message = "this one cannot be borne"
            raise ValueError(message)
        await room.families[family](batch, tx)

    return replace(room, families={**room.families, family: hear})
