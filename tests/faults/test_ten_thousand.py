"""Ten thousand notifications, some told twice, some unreadable, two consumers and one of them killed: each ends as exactly one thing."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.catalogue import BY_NAME
from landfall.children import Leash
from landfall.provision import Database
from tests.conftest import FreshDatabase, FreshTopics
from tests.faults.service import environment_of, processes
from tests.faults.tellings import Outcome, Telling, tellings
from tests.places.kafka import Kafka
from tests.waiting import until

NUMBER = 10_000
PATIENCE_SECONDS = 240.0
Coordinates = tuple[str, int, int]


@pytest.mark.kafka
async def test_every_telling_ends_as_exactly_one_thing_though_one_of_two_consumers_is_killed(  # noqa: PLR0913 - the places it needs
    kafka: Kafka, database: FreshDatabase, topics: FreshTopics, topic_prefix: str, leash: Leash, tmp_path: Path
) -> None:
    await topics("notifications", "travel-notices", "decisions", "records", "handovers", "discards")
    records = await database("records")
    told = tellings(NUMBER)

    with processes("records", 2, environment_of(kafka, records, topic_prefix, tmp_path), leash, tmp_path) as (doomed, survivor):
        await until(lambda: doomed.ready() and survivor.ready(), "both instances are ready")
        half = await _tell(kafka, topic_prefix, told[: NUMBER // 2])
        await until(lambda: _at_least(records, NUMBER // 4), "a quarter is decided", PATIENCE_SECONDS)
        doomed.kill()
        where = half + await _tell(kafka, topic_prefix, told[NUMBER // 2 :])
        await until(lambda: _all_said(records, NUMBER), "everything is decided and said", PATIENCE_SECONDS)

    decided, said_held = await _decisions(kafka, topic_prefix)
    held = await _held(records)
    assert {each.message_id: [each.outcome] for each in told if each.message_id} == decided
    assert Counter(at for each, at in zip(told, where, strict=True) if each.message_id is None) == Counter(held)
    assert said_held == len(held) > 0
    assert {each.outcome for each in told} == set(Outcome)
    assert await _records_created(kafka, topic_prefix) == sum(each.outcome is Outcome.ACCEPTED for each in told)


async def _tell(kafka: Kafka, prefix: str, told: list[Telling]) -> list[Coordinates]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = [await producer.send(prefix + each.topic, each.value, key=each.key, headers=each.headers) for each in told]
        results = [await each for each in sent]
    finally:
        await producer.stop()
    return [(each.topic.removeprefix(prefix), each.partition, each.offset) for each in results]


async def _count(database: Database, query: str) -> int:
    connection = await asyncpg.connect(database.url)
    try:
        found: int = await connection.fetchval(query)
    finally:
        await connection.close()
    return found


async def _at_least(database: Database, number: int) -> bool:
    return await _count(database, "select coalesce(sum(next), 0)::bigint from positions where topic like '%notifications%'") >= number


async def _all_said(database: Database, number: int) -> bool:
    return await _at_least(database, number) and await _count(database, "select count(*) from outbox") == 0


async def _facts(kafka: Kafka, name: str, prefix: str) -> list[dict[str, object]]:
    """Everything on one topic, each telling once however often a relay sent it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    found: dict[str, dict[str, object]] = {}
    try:
        partitions = [TopicPartition(prefix + name, each) for each in range(BY_NAME[name].partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(each) < ends[each] for each in partitions]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found |= {fact["id"]: fact for fact in (json.loads(each.value) for each in records)}
    finally:
        await consumer.stop()
    return list(found.values())


async def _decisions(kafka: Kafka, prefix: str) -> tuple[dict[UUID, list[Outcome]], int]:
    """What was decided about each message that had an id, from what records said alone, and how often it said that it held one."""
    held = 0
    decided: defaultdict[UUID, list[Outcome]] = defaultdict(list)
    for fact in await _facts(kafka, "decisions.v1", prefix):
        kind = str(fact["type"]).removeprefix("notification-").removesuffix(".v1")
        if kind == Outcome.HELD:
            held += 1
        else:
            decided[UUID(str(fact["causationid"]))].append(Outcome(kind))
    return dict(decided), held


async def _held(database: Database) -> list[Coordinates]:
    connection = await asyncpg.connect(database.url)
    try:
        rows = await connection.fetch('select topic, partition, "offset" from held')
    finally:
        await connection.close()
    return [(row["topic"], row["partition"], row["offset"]) for row in rows]


async def _records_created(kafka: Kafka, prefix: str) -> int:
    return sum(fact["type"] == "record-created.v1" for fact in await _facts(kafka, "records.v1", prefix))
