"""Where a service reads on is what its database says, whatever Kafka remembers and whatever answer was lost (H6)."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from aiokafka import TopicPartition

from chassis import listen
from chassis.database import Transaction
from chassis.footing import Footing
from chassis.occasion import Batch
from chassis.originals import Raw
from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import administering, has_effects, room
from tests.chassis.house import House, Witness, asked, nothing
from tests.chassis.severing import on_a_way_of_its_own
from tests.chassis.tellings import created, declined
from tests.keys import VAULT
from tests.waiting import until

REPLIES = "handover-replies.cleveland.v1"
AS_BEFORE_ALL = "delete from effect; delete from seen; update positions set next = 0, last_digest = null"


async def test_a_commit_whose_answer_was_lost_is_found_done_and_is_not_done_again(house: FreshHouse) -> None:
    async with on_a_way_of_its_own(await house("handover")) as (handover, way):

        async def lose_some_answers(_batch: Batch, tx: Transaction) -> None:
            if way.lost < 3:
                await way.lose_the_answer_to(tx)

        replies = Witness(and_then=lose_some_answers).hear
        told = [declined(uuid4()) for _ in range(60)]
        for each in told:
            await handover.tell_raw(each.to_bytes(), topic=REPLIES)
        families = {"handover-replies": replies, "records": nothing}
        async with handover.opened(Room("handover", families, vault=VAULT), batch_max_records=10) as running:
            await has_effects(handover, len(told))
            await until(running.ready, "it is ready")
            metrics = (await asked(running, "GET", "/metrics")).text

        assert way.lost == 3
        assert "landfall_messages_doubles_total 0.0" in metrics  # by their ids they would be known, if it had done them again
        assert await handover.effects() == [each.id for each in told]


async def test_no_value_is_handed_over_before_its_place_was_found(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    intel, fitted, fitting = await house("intel"), list[bool](), Footing.fitting

    async def remember(self: Footing, partition: TopicPartition, raws: Sequence[Raw]) -> Sequence[Raw]:
        found = await fitting(self, partition, raws)
        fitted.append(list(found) == list(raws))
        return found

    monkeypatch.setattr(Footing, "fitting", remember)
    monkeypatch.setattr(listen, "COURTESY_SECONDS", float("inf"))  # Kafka remembers nothing, and would begin at the start
    monkeypatch.setattr(listen, "POLL_MS", 3000)  # it is polling when its partitions are given to it anew
    async with intel.opened(room()) as one:
        await until(one.ready, "one is ready")
        await intel.tell(*[created(uuid4()) for _ in range(20)])
        await has_effects(intel, 20)
        async with intel.opened(room()) as other:
            await until(other.ready, "the other is ready")
            await until(one.ready, "both are ready")
            await intel.tell(*[created(uuid4()) for _ in range(20)])
            await has_effects(intel, 40)

    assert set(fitted) == {True}


@pytest.mark.kafka
async def test_a_place_that_could_not_be_read_when_partitions_were_given_is_not_taken_from_kafka(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(room()):
        told = await intel.tell(*[created(uuid4()) for _ in range(20)])
        await has_effects(intel, 20)
    assert max(await _what_kafka_remembers(intel)) > 0
    await intel.owner.execute(AS_BEFORE_ALL)
    await intel.owner.execute("alter table positions rename to out_of_reach")

    async with intel.opened(room()) as running:
        await until(lambda: running.complains_of("the last batch failed with UndefinedTableError"), "it cannot read its place")
        await intel.owner.execute("alter table out_of_reach rename to positions")
        await has_effects(intel, 20)

    assert sorted(await intel.effects()) == sorted(told)


async def _what_kafka_remembers(house: House) -> Sequence[int]:
    async with administering(house) as admin:
        offsets = await admin.list_consumer_group_offsets(house.prefix + house.name)
    return [each.offset for each in offsets.values()]
