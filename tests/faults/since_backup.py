"""What outsiders tell records after a backup, and on which partition it lies."""

from collections.abc import Iterator
from pathlib import Path

from aiokafka.partitioner import DefaultPartitioner

from services.records.app import room as records_room
from tests.chassis.house import House
from tests.faults.outsiders import has_heard
from tests.keys import KEYS
from tests.outside import Message, send
from tests.places.backup import back_up


async def told_after_a_backup(records: House, to: Path, *told: Message, first: tuple[Message, ...] = ()) -> Path:
    """Each is heard before the next is sent."""
    async with records.opened(records_room(KEYS)):
        await send(records, *first)
        await has_heard(records, len(first))
        backup = await back_up(records.superuser_url, to)
        for number, each in enumerate(told, start=len(first) + 1):
            await send(records, each)
            await has_heard(records, number)
    return backup


def on_partition(number: int) -> Iterator[str]:
    """References of notifications that lie on that one of six."""
    names = (f"SYN-P-{each:04}" for each in range(1000))
    return (each for each in names if DefaultPartitioner()(each.encode(), list(range(6)), list(range(6))) == number)
