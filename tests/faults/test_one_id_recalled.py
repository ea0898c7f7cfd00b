"""What came under one id for two people is recalled for the one it was decided for: nobody is taken for somebody else (H8)."""

from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner

from chassis.not_yet import CannotRecallError
from contracts.codes import Channel, Sender
from landfall.positions import move
from services.records.app import room as records_room
from tests.builders import a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.ordering import BY, WHY, operator
from tests.faults.outsiders import has_heard, restored_as_it_was, standing
from tests.faults.since_backup import on_partition, told_after_a_backup
from tests.keys import KEYS
from tests.outside import message, send
from tests.people import of
from tests.places.backup import back_up, restore
from tests.waiting import until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

HALT = "update positions set halted = 'somebody looks' where topic = $1 and partition = $2"


@pytest.mark.parametrize("on_partitions", [(2, 2), (2, 4), (4, 2)])
async def test_an_id_that_came_for_two_people_is_recalled_for_the_one_it_was_decided_for(
    house: FreshHouse, tmp_path: Path, on_partitions: tuple[int, int]
) -> None:
    records = await house("records")
    first = message(of(1, next(on_partition(on_partitions[0]))), Channel.UK_CRIS)
    another = next(each for each in on_partition(on_partitions[1]) if each != first.told.subject)
    wrong = message(of(2, another), Channel.UK_CRIS, first.id)
    backup = await told_after_a_backup(records, tmp_path / "backup", first, wrong, message(of(3), Channel.USA))
    before = await standing(records)
    assert [row[3] for row in before["held"]] == ["malformed"]

    await restored_as_it_was(records, records_room(KEYS), backup)


async def test_one_that_was_sent_earlier_and_held_for_its_id_is_not_taken_for_what_was_decided(house: FreshHouse, tmp_path: Path) -> None:
    """Partitions are read in no order of their own."""
    records = await house("records")
    decided = message(of(1, next(on_partition(2))), Channel.UK_CRIS)
    sent_first = message(of(2, next(on_partition(4))), Channel.UK_CRIS, decided.id)
    async with records.opened(records_room(KEYS)) as running:
        await until(running.ready, "it is ready")
        backup = await back_up(records.superuser_url, tmp_path / "backup")
        await records.owner.execute(HALT, records.prefix + sent_first.topic, 4)
        await send(records, sent_first, decided)
        await has_heard(records, 1)
        await move(operator(records), sent_first.topic, [4], "start", by=BY, reason=WHY)
        await has_heard(records, 2)
        assert await records.reasons() == ["malformed"]

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
