"""A topic that was given more partitions is read on all of them: each new one has a place from its start on (H18)."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewPartitions

from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, administering, handle, has_effects, record_on, room
from tests.chassis.house import House
from tests.chassis.tellings import created
from tests.waiting import until

NEW = RECORDS.partitions


@pytest.mark.kafka
async def test_a_partition_that_is_new_is_read_from_its_start(house: FreshHouse) -> None:
    intel, told = await house("intel"), created(uuid4())
    await handle(intel, record_on(3))
    await _add_a_partition(intel)
    async with AIOKafkaProducer(bootstrap_servers=intel.kafka.bootstrap) as sender:
        await sender.send_and_wait(intel.prefix + RECORDS.name, told.to_bytes(), key=told.subject.encode(), partition=NEW)

    async with intel.opened(room()):
        await has_effects(intel, 2)

    assert (await intel.effects())[-1] == told.id
    assert await intel.fetchval("select next from positions where partition = $1", NEW) == 1


async def _add_a_partition(intel: House) -> None:
    name = intel.prefix + RECORDS.name
    async with administering(intel) as admin:
        await admin.create_partitions({name: NewPartitions(NEW + 1)})

        async def it_is_there() -> bool:
            (found,) = await admin.describe_topics([name])
            return len(found["partitions"]) == NEW + 1 and all(each["leader"] >= 0 for each in found["partitions"])

        await until(it_is_there, "the new partition is there")
