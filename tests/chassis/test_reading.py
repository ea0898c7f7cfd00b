"""A partition is read to where it ends now, and it is the fetch that says where: nothing is missed, and nothing is waited for in vain."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from chassis.broker import onlooker
from chassis.reading import as_polled, as_readable, read_on
from chassis.settings import Profile
from contracts.catalogue import BY_NAME
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House
from tests.chassis.tellings import created
from tests.chassis.unpackable import tell_what_cannot_be_unpacked

RECORDS = BY_NAME["records.v1"]


@pytest_asyncio.fixture
async def looking(intel: House) -> AsyncIterator[AIOKafkaConsumer]:
    found = onlooker(intel.settings(), "test")
    await found.start()
    yield found
    await found.stop()


def _partitions(intel: House) -> list[TopicPartition]:
    count = RECORDS.partitions_on(embedded=intel.kafka.profile is Profile.EMBEDDED)
    return [TopicPartition(intel.prefix + RECORDS.name, each) for each in range(count)]


async def test_all_that_lies_after_a_start_is_found_and_a_partition_without_any_is_there_too(
    intel: House, looking: AIOKafkaConsumer
) -> None:
    (_, told, _) = [(await intel.tell_raw(value))[1:] for value in (b"one", b"two", b"three")]
    starts = {each: told[1] if each.partition == told[0] else 0 for each in _partitions(intel)}

    found = await read_on(looking, starts)

    assert found.keys() == starts.keys()
    assert [raw.value for raws in found.values() for raw in raws] == [b"two", b"three"]


@pytest.mark.kafka
async def test_what_is_in_a_transaction_that_nobody_closes_is_not_waited_for(intel: House, looking: AIOKafkaConsumer) -> None:
    (told,) = await intel.tell(created(uuid4()))
    async with AIOKafkaProducer(bootstrap_servers=intel.kafka.bootstrap, transactional_id=intel.prefix + "stranger") as stranger:
        await stranger.begin_transaction()
        for each in _partitions(intel):
            await stranger.send_and_wait(each.topic, b"not yet", partition=each.partition)
        polled = as_polled(looking, dict.fromkeys(_partitions(intel), 0), patience_seconds=5)
        found = [raw async for _, raws in polled for raw in raws]

    assert len(found) == 1
    assert str(told).encode() in (found[0].value or b"")


@pytest.mark.kafka
async def test_what_cannot_be_unpacked_is_left_out_and_named_once_however_much_lies_there(intel: House, looking: AIOKafkaConsumer) -> None:
    first, last = created(record_on(3)), created(record_on(3))
    await intel.tell(first)
    for _ in range(2):
        await tell_what_cannot_be_unpacked(intel)
    await intel.tell(last)
    await tell_what_cannot_be_unpacked(intel)
    left_out: list[tuple[int, int, int]] = []

    def leave_out(partition: TopicPartition, begin: int, following: int) -> None:
        left_out.append((partition.partition, begin, following))

    found = [raw.value async for _, raws in as_readable(looking, dict.fromkeys(_partitions(intel), 0), leave_out) for raw in raws]

    assert found == [first.to_bytes(), last.to_bytes()]
    assert left_out == [(3, 1, 3), (3, 4, 5)]


@pytest.mark.kafka
async def test_a_partition_that_ends_before_it_is_to_be_read_is_no_empty_one(intel: House, looking: AIOKafkaConsumer) -> None:
    with pytest.raises(OffsetOutOfRangeError):
        await read_on(looking, dict.fromkeys(_partitions(intel), 7))
