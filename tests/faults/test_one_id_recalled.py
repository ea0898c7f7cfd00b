"""What came under one id for two people is recalled for the one it was decided for: nobody is taken for somebody else (H8)."""

from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner

from chassis.not_yet import CannotRecallError
from contracts.codes import Channel, Sender
from services.records.app import room as records_room
from tests.builders import a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.faults.outsiders import restored_as_it_was, standing
from tests.faults.since_backup import on_partition, told_after_a_backup
from tests.keys import KEYS
from tests.outside import message
from tests.people import of
from tests.places.backup import restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("on_partitions", [(2, 2), (2, 4), (4, 2)], ids=["on one", "on a later one", "on an earlier one"])
async def test_an_id_that_came_for_two_people_is_recalled_for_the_one_it_was_decided_for(
    house: FreshHouse, tmp_path: Path, on_partitions: tuple[int, int]
) -> None:
    """Partitions are read in no order of their own."""
    records = await house("records")
    first = message(of(1, next(on_partition(on_partitions[0]))), Channel.UK_CRIS)
    others = (each for each in on_partition(on_partitions[1]) if each != first.told.subject)
    wrong = message(of(2, next(others)), Channel.UK_CRIS, first.id)
    behind = message(of(3, next(others)), Channel.UK_CRIS)
    backup = await told_after_a_backup(records, tmp_path / "backup", first, wrong, behind)
    before = await standing(records)
    assert [row[3] for row in before["held"]] == ["malformed"]

    await restored_as_it_was(records, records_room(KEYS), backup)


async def test_where_nothing_says_which_of_two_was_decided_on_the_service_says_so_and_stays_down(house: FreshHouse, tmp_path: Path) -> None:
    """Nobody is told of a travel notice that was held."""
    records, person = await house("records"), message(of(1), Channel.UK_CRIS)
    traveller = numbers(passport="SYN0000001")
    first = message(a_travel_notice("SYN-T-0001", identifiers=traveller), Sender.BORDER_FORCE)
    wrong = message(a_travel_notice("SYN-T-0002", identifiers=numbers(passport="SYN0000002")), Sender.BORDER_FORCE, first.id)
    assert len({DefaultPartitioner()(each.told.subject.encode(), [0, 1], [0, 1]) for each in (first, wrong)}) == 2
    backup = await told_after_a_backup(records, tmp_path / "backup", person, first, wrong)

    await restore(records.superuser_url, records.name, backup)
    with pytest.raises(CannotRecallError, match="bear one id and tell different things"):
        async with records.opened(records_room(KEYS)) as running:
            await until(running.task.done, "it refuses to start")
