"""Where place and topic no longer tell one story a partition halts, loudly and alone; nothing is skipped or reset in silence."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaTimeoutError
from aiokafka.partitioner import DefaultPartitioner

from chassis import agreement, footing
from chassis.broker import onlooker
from chassis.place import Place, digest
from chassis.room import Room
from contracts.catalogue import BY_NAME
from landfall.topics import TopicError, make_topics
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Running, Witness
from tests.chassis.tellings import amended, created, expected_to_travel
from tests.waiting import until

RECORDS = BY_NAME["records.v1"]
PARTITIONS = list(range(RECORDS.partitions))

# Kafka's Python client refuses to send such a name from its compiled part alone; other clients send it.
UNREADABLE_HEADER = """
import asyncio, sys
from aiokafka import AIOKafkaProducer

class Name(str):
    def encode(self, *_):
        return bytes((255, 254))

async def tell(bootstrap, topic, partition):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key", headers=[(Name("x"), b"")], partition=int(partition))

asyncio.run(tell(*sys.argv[1:]))
"""


def _record_on(partition: int) -> UUID:
    """A record whose facts lie on that partition."""
    while True:
        record = uuid4()
        if DefaultPartitioner()(str(record).encode(), PARTITIONS, PARTITIONS) == partition:
            return record


def _room() -> Room:
    return Room("intel", {"records": Witness().hear})


@asynccontextmanager
async def _admin(house: House) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=house.kafka.bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _make_topic_again(house: House) -> None:
    async def made() -> bool:
        try:
            await make_topics(house.kafka.bootstrap, [RECORDS], prefix=house.prefix)
        except TopicError:
            return False
        return await _end_of(house, 0) == 0

    async with _admin(house) as admin:
        await admin.delete_topics([house.prefix + RECORDS.name])
    await until(made, "the topic is made again")


async def _end_of(house: House, partition: int) -> int:
    looking, at = onlooker(house.settings(), "test"), TopicPartition(house.prefix + RECORDS.name, partition)
    await looking.start()
    try:
        return int((await looking.end_offsets([at]))[at])
    finally:
        await looking.stop()


async def _delete_records_before(house: House, partition: int, offset: int) -> None:
    async with _admin(house) as admin:
        await admin.delete_records({TopicPartition(house.prefix + RECORDS.name, partition): RecordsToDelete(before_offset=offset)})


async def _halts(house: House) -> dict[int, str]:
    rows = await house.owner.fetch("select partition, halted from positions where halted is not null")
    return {row["partition"]: row["halted"] for row in rows}


async def _handle(house: House, *records: UUID) -> None:
    """Let the service hear of these records and stop."""
    before = len(await house.effects())
    async with house.opened(_room()):
        await house.tell(*map(created, records))
        await _has_effects(house, before + len(records))


async def _has_effects(house: House, number: int) -> None:
    async def it_has() -> bool:
        return len(await house.effects()) == number

    await until(it_has, f"{number} tellings had an effect")


async def _says_halted(house: House, running: Running, partition: int) -> None:
    complaint = f"{house.prefix}records.v1/{partition} is halted"
    await until(lambda: running.complains_of(complaint), f"it complains that partition {partition} is halted")


async def test_two_contents_of_one_version_halt_their_partition_and_no_other(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), _record_on(3), _record_on(4)
    first = created(record)
    async with intel.opened(_room()) as running:
        await intel.tell(first, created(other))
        await _has_effects(intel, 2)
        await intel.tell(expected_to_travel(record, 1, uuid4()), amended(record, 2), amended(other, 2))

        await _says_halted(intel, running, 3)
        await intel.tell(amended(other, 3))
        await _has_effects(intel, 4)

    assert (await intel.versions(record), await intel.versions(other)) == ([1], [1, 2, 3])
    assert [*await _halts(intel)] == [3]
    assert await intel.held() == {}


async def test_a_halted_partition_stays_halted_after_a_restart(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), _record_on(3), _record_on(4)
    await _handle(intel, record)
    await intel.owner.execute("update positions set halted = 'an operator looks' where partition = 3")

    async with intel.opened(_room()) as running:
        await intel.tell(amended(record, 2), created(other))
        await _says_halted(intel, running, 3)
        await _has_effects(intel, 2)

    assert await intel.versions(record) == [1]
    assert await _halts(intel) == {3: "an operator looks"}


@pytest.mark.kafka
async def test_a_topic_made_again_and_shorter_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel, record, unread = await house("intel"), _record_on(3), _record_on(4)
    await _handle(intel, record)
    await _make_topic_again(intel)

    async with intel.opened(_room()) as running:
        await _says_halted(intel, running, 3)
        await intel.tell(created(_record_on(3)), created(unread))
        await _has_effects(intel, 2)

    assert await _halts(intel) == {3: agreement.ABSENT}
    assert await intel.versions(unread) == [1]


@pytest.mark.kafka
async def test_a_topic_made_again_with_other_tellings_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel = await house("intel")
    await _handle(intel, _record_on(3))
    await _make_topic_again(intel)
    await intel.tell(*[created(_record_on(3)) for _ in range(3)])

    async with intel.opened(_room()) as running:
        await _says_halted(intel, running, 3)

    assert await _halts(intel) == {3: agreement.DIFFERENT}
    assert len(await intel.effects()) == 1


@pytest.mark.kafka
async def test_a_topic_made_again_under_a_running_service_halts_what_was_read_of_it(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(_room()) as running:
        await intel.tell(created(_record_on(3)))
        await _has_effects(intel, 1)
        await _make_topic_again(intel)
        await intel.tell(created(_record_on(3)), created(_record_on(3)))
        await _says_halted(intel, running, 3)

    assert len(await intel.effects()) == 1


@pytest.mark.kafka
async def test_a_service_whose_topic_is_gone_is_not_ready(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(_room()) as running:
        await until(running.ready, "it is ready")
        async with _admin(intel) as admin:
            await admin.delete_topics([intel.prefix + RECORDS.name])

        await until(lambda: running.complains_of(f"{intel.prefix}records.v1 is missing from Kafka"), "it says which topic is gone")


@pytest.mark.kafka
async def test_what_was_deleted_before_it_was_read_halts(house: FreshHouse) -> None:
    intel = await house("intel")
    await _handle(intel, _record_on(3))
    await intel.tell(*[created(_record_on(3)) for _ in range(3)])
    await _delete_records_before(intel, 3, 3)

    async with intel.opened(_room()) as running:
        await _says_halted(intel, running, 3)

    assert await _halts(intel) == {3: agreement.LOST}
    assert len(await intel.effects()) == 1


@pytest.mark.kafka
async def test_what_was_deleted_after_it_was_read_is_not_missed(house: FreshHouse) -> None:
    intel = await house("intel")
    await _handle(intel, _record_on(3), _record_on(3))
    await intel.tell(created(_record_on(3)))
    await _delete_records_before(intel, 3, 2)

    async with intel.opened(_room()):
        await _has_effects(intel, 3)

    assert await _halts(intel) == {}


async def _ends_at(house: House, partition: int, offset: int) -> bool:
    at = TopicPartition(house.prefix + RECORDS.name, partition)
    reader = AIOKafkaConsumer(bootstrap_servers=house.kafka.bootstrap)
    await reader.start()
    try:
        ends = await reader.end_offsets([at])
    finally:
        await reader.stop()
    return bool(ends[at] == offset)


@pytest.mark.kafka
async def test_a_hole_that_a_transaction_leaves_halts_and_is_not_read_over(house: FreshHouse) -> None:
    intel, told, after = await house("intel"), created(_record_on(3)), created(_record_on(3))
    stranger = AIOKafkaProducer(bootstrap_servers=intel.kafka.bootstrap, transactional_id=intel.prefix + "stranger")
    await stranger.start()
    async with stranger.transaction():
        await stranger.send(intel.prefix + RECORDS.name, told.to_bytes(), key=told.subject.encode())
    await stranger.stop()
    await until(lambda: _ends_at(intel, 3, 2), "the transaction's marker lies behind its telling")
    await intel.tell(after)

    async with intel.opened(_room()) as running:
        await _says_halted(intel, running, 3)
        flowing = created(_record_on(4))
        await intel.tell(flowing)
        await _has_effects(intel, 1)

    assert await _halts(intel) == {3: footing.HOLE}
    assert await intel.effects() == [flowing.id]


@pytest.mark.kafka
async def test_a_record_that_cannot_be_unpacked_halts_its_partition_and_no_other(house: FreshHouse) -> None:
    intel = await house("intel")
    command = [sys.executable, "-c", UNREADABLE_HEADER, intel.kafka.bootstrap, intel.prefix + RECORDS.name, "3"]
    subprocess.run(command, env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"}, check=True, timeout=60)  # noqa: ASYNC221 - our own text
    others = [created(_record_on(partition)) for partition in PARTITIONS if partition != 3]
    await intel.tell(*others)

    async with intel.opened(_room()) as running:
        await _says_halted(intel, running, 3)
        await _has_effects(intel, len(others))

    assert await _halts(intel) == {3: footing.CORRUPT}


@pytest.mark.kafka
async def test_a_broker_that_does_not_answer_in_time_is_no_disagreement(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    intel, told = await house("intel"), created(_record_on(3))
    await intel.tell(told)
    places = {TopicPartition(intel.prefix + RECORDS.name, 3): Place(1, digest(told.to_bytes()), None)}
    looking = onlooker(intel.settings(), "test")
    await looking.start()

    assert await agreement.disagreements(looking, places) == {}
    monkeypatch.setattr(agreement, "PATIENCE_SECONDS", 0)
    with pytest.raises(KafkaTimeoutError):
        await agreement.disagreements(looking, places)
    await looking.stop()
