"""What stopped a partition since the backup, and an operator moved past, is moved past again; what nobody moved past halts again (H8)."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from landfall.positions import move
from services.intel.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import RECORDS, end_of, record_on, tell_in_a_transaction
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.chassis.unpackable import tell_what_cannot_be_unpacked
from tests.faults.outsiders import has_heard, restored_as_it_was, standing
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

WHO = {"by": "ACRO-1", "reason": "it was found out who did it"}
Fault: TypeAlias = Callable[[House, UUID], Awaitable[int]]
"""It tells what stops the partition of that record, behind its first telling, and says at which place."""


async def cannot_be_unpacked(intel: House, record: UUID) -> int:
    await tell_what_cannot_be_unpacked(intel)
    await intel.tell(amended(record, 2))
    return 1


async def contradicts(intel: House, record: UUID) -> int:
    await intel.tell(expected_to_travel(record, 2, uuid4()), expected_to_travel(record, 2, uuid4()), amended(record, 3))
    return 2


async def leaves_a_hole(intel: House, record: UUID) -> int:
    await tell_in_a_transaction(intel, 3, created(record_on(3)))
    await has_heard(intel, 2)
    await intel.tell(amended(record, 2))
    return 2


FAULTS = pytest.mark.parametrize("fault", [cannot_be_unpacked, contradicts, leaves_a_hole])


async def _is_halted_at(intel: House, place: int) -> None:
    async def it_is() -> bool:
        return any(row[1:3] == (3, place) and row[4] is not None for row in (await standing(intel))["positions"])

    await until(it_is, f"the partition is halted at {place}")


async def _stopped_since(intel: House, fault: Fault, to: Path) -> tuple[Path, int]:
    """One check is opened before the backup, and after it comes the fault; the backup, and where it stopped."""
    record = record_on(3)
    await intel.tell(created(record))
    await has_heard(intel, 1)
    backup, place = await back_up(intel.superuser_url, to), await fault(intel, record)
    await _is_halted_at(intel, place)
    return backup, place


@FAULTS
async def test_what_an_operator_moved_past_since_the_backup_is_moved_past_again(house: FreshHouse, tmp_path: Path, fault: Fault) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        backup, place = await _stopped_since(intel, fault, tmp_path / "backup")
        await move(operator(intel), RECORDS.name, [3], str(place + 1), **WHO)
        await intel.tell(created(record_on(3)))
        await has_heard(intel, await end_of(intel, 3))

    with capture_logs() as logged:
        await restored_as_it_was(intel, room(), backup)

    assert [each["event"] for each in logged].count("moved_past_again") == 1


@FAULTS
async def test_what_nobody_moved_past_halts_its_partition_again_and_all_else_is_recalled(
    house: FreshHouse, tmp_path: Path, fault: Fault
) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        backup, place = await _stopped_since(intel, fault, tmp_path / "backup")
        await intel.tell(created(record_on(4)))
        await has_heard(intel, place + 1)
    before = await standing(intel)

    await restore(intel.superuser_url, "intel", backup)
    async with intel.opened(room()):
        await _is_halted_at(intel, place)
        await has_heard(intel, place + 1)

    assert await standing(intel) == before
