"""Faults of a topic, and how a test sees what they lead to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.partitioner import DefaultPartitioner

from chassis.broker import onlooker
from chassis.room import Room
from contracts.catalogue import BY_NAME, Topic
from contracts.envelope import Envelope
from landfall.topics import TopicError, make_topics
from tests.chassis.house import House, Running, Witness
from tests.chassis.tellings import created
from tests.waiting import until

RECORDS = BY_NAME["records.v1"]
PARTITIONS = list(range(RECORDS.partitions))


def record_on(partition: int) -> UUID:
    """A record whose facts lie on that partition."""
    while True:
        record = uuid4()
        if DefaultPartitioner()(str(record).encode(), PARTITIONS, PARTITIONS) == partition:
            return record


def room() -> Room:
    return Room("intel", {"records": Witness().hear})


@asynccontextmanager
async def administering(house: House) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=house.kafka.bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def make_topic_again(house: House, topic: Topic = RECORDS) -> None:
    await remake(house.kafka.bootstrap, house.prefix, topic)


async def remake(bootstrap: str, prefix: str, topic: Topic) -> None:
    """Delete a topic and make it again, empty."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()

    async def made() -> bool:
        try:
            await make_topics(bootstrap, [topic], prefix=prefix)
        except TopicError:
            return False
        (found,) = await admin.describe_topics([prefix + topic.name])
        return found["error_code"] == 0 and all(each["leader"] >= 0 for each in found["partitions"])

    try:
        await admin.delete_topics([prefix + topic.name])
        await until(made, "the topic is made again")
    finally:
        await admin.close()


async def end_of(house: House, partition: int, topic: Topic = RECORDS) -> int:
    looking, at = onlooker(house.settings(), "test"), TopicPartition(house.prefix + topic.name, partition)
    await looking.start()
    try:
        return int((await looking.end_offsets([at]))[at])
    finally:
        await looking.stop()


async def tell_in_a_transaction(house: House, partition: int, told: Envelope[Any]) -> None:
    """What ends it takes an offset of its own, behind the one value."""
    before, name = await end_of(house, partition), house.prefix + RECORDS.name
    stranger = AIOKafkaProducer(bootstrap_servers=house.kafka.bootstrap, transactional_id=house.prefix + "stranger")
    async with stranger, stranger.transaction():
        await stranger.send_and_wait(name, told.to_bytes(), key=told.subject.encode(), partition=partition)

    async def its_end_is_marked() -> bool:
        return await end_of(house, partition) == before + 2

    await until(its_end_is_marked, "the end of the transaction lies behind its one value")


async def delete_records_before(house: House, partition: int, offset: int) -> None:
    async with administering(house) as admin:
        await admin.delete_records({TopicPartition(house.prefix + RECORDS.name, partition): RecordsToDelete(before_offset=offset)})


async def halts(house: House) -> dict[int, str]:
    rows = await house.owner.fetch("select partition, halted from positions where halted is not null")
    return {row["partition"]: row["halted"] for row in rows}


async def handle(house: House, *records: UUID) -> None:
    """Let the service hear of these records and stop."""
    before = len(await house.effects())
    async with house.opened(room()):
        await house.tell(*map(created, records))
        await has_effects(house, before + len(records))


async def has_effects(house: House, number: int) -> None:
    async def it_has() -> bool:
        return len(await house.effects()) == number

    await until(it_has, f"{number} tellings had an effect")


async def says_halted(house: House, running: Running, partition: int) -> None:
    complaint = f"{house.prefix}records.v1/{partition} is halted"
    await until(lambda: running.complains_of(complaint), f"it complains that partition {partition} is halted")
