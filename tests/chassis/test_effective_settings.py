"""What really holds on the clients that speak to Kafka, read from the started objects themselves: their defaults lose messages."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from chassis.assignment import Assignment
from chassis.broker import FETCH_BYTES, onlooker, producer, subscribe
from chassis.database import Transaction, open_pool
from chassis.occasion import Batch
from chassis.room import Room
from chassis.settings import Profile, Settings
from contracts.catalogue import MAX_MESSAGE_BYTES
from tests.chassis.house import House, Witness
from tests.chassis.tellings import created
from tests.waiting import until

ROOT = Path(__file__).parent.parent.parent
ASKED_OF_POSTGRESQL = {
    "plan_cache_mode": "force_custom_plan",
    "statement_timeout": "30s",
    "lock_timeout": "14s",
    "idle_in_transaction_session_timeout": "1min",
    "TimeZone": "UTC",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


@pytest_asyncio.fixture
async def reader(intel: House) -> AsyncIterator[AIOKafkaConsumer]:
    """A service's consumer, started."""
    assignment = Assignment()
    broker, subscriber = subscribe(intel.settings(), "intel", (intel.prefix + "records.v1",), assignment)
    assignment.consumer_of = lambda: subscriber.consumer
    await broker.start()
    yield subscriber.consumer
    await broker.stop()


@pytest_asyncio.fixture
async def sender(intel: House) -> AsyncIterator[AIOKafkaProducer]:
    """A relay's producer, started."""
    made = producer(intel.settings(), "intel")
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def looking(intel: House) -> AsyncIterator[AIOKafkaConsumer]:
    """The consumer that looks single values up, started."""
    made = onlooker(intel.settings(), "intel")
    await made.start()
    yield made
    await made.stop()


def _settings_of(client: Any, *names: str) -> list[Any]:
    return [vars(client)[f"_{name}"] for name in names]


async def test_a_reader_never_commits_by_itself(reader: AIOKafkaConsumer) -> None:
    assert _settings_of(reader, "enable_auto_commit") == [False]
    assert vars(vars(reader)["_coordinator"])["_enable_auto_commit"] is False


async def test_a_reader_without_a_place_begins_at_the_start_and_reads_only_what_was_committed(reader: AIOKafkaConsumer) -> None:
    assert _settings_of(reader, "auto_offset_reset", "isolation_level") == ["earliest", "read_committed"]


async def test_a_reader_belongs_to_its_service_s_group_under_the_prefix(reader: AIOKafkaConsumer, intel: House) -> None:
    assert _settings_of(reader, "group_id") == [intel.prefix + "intel"]
    assert _settings_of(reader, "session_timeout_ms", "heartbeat_interval_ms") == [6000, 2000]


async def test_a_reader_fetches_in_bounds(reader: AIOKafkaConsumer, intel: House) -> None:
    assert _settings_of(reader, "max_partition_fetch_bytes") == [FETCH_BYTES]
    assert _settings_of(reader, "fetch_max_wait_ms") == [intel.settings().fetch_wait_ms]
    assert FETCH_BYTES > MAX_MESSAGE_BYTES


async def test_a_reader_starts_paused(reader: AIOKafkaConsumer) -> None:
    async def is_assigned() -> bool:
        return len(reader.assignment()) > 0

    await until(is_assigned, "partitions are assigned")

    assert reader.paused() == reader.assignment()


async def test_looking_a_value_up_joins_no_group_and_never_lands_elsewhere(looking: AIOKafkaConsumer) -> None:
    assert _settings_of(looking, "group_id", "enable_auto_commit", "auto_offset_reset") == [None, False, "none"]


async def test_all_in_sync_replicas_acknowledge_what_is_sent(sender: AIOKafkaProducer) -> None:
    assert vars(vars(sender)["_sender"])["_acks"] == -1


@pytest.mark.kafka
async def test_on_apache_kafka_a_retry_neither_doubles_nor_reorders(sender: AIOKafkaProducer) -> None:
    transactions = vars(sender)["_txn_manager"]

    assert transactions is not None
    assert transactions.has_pid()


def test_only_the_embedded_broker_is_spoken_to_without_idempotence() -> None:
    def idempotent(profile: Profile) -> bool:
        return Settings.model_validate({"profile": profile, "database_url": "-", "api_token": "-"}).idempotent_producer

    assert (idempotent(Profile.KAFKA), idempotent(Profile.EMBEDDED)) == (True, False)


async def test_a_sender_takes_whatever_its_topic_takes(sender: AIOKafkaProducer) -> None:
    assert vars(sender)["_max_request_size"] > MAX_MESSAGE_BYTES


async def test_a_batch_is_never_larger_than_its_limit(intel: House) -> None:
    sizes = list[int]()

    async def measure(batch: Batch, _tx: Transaction) -> None:
        sizes.append(len(batch))

    await intel.tell(*[created(uuid4()) for _ in range(50)])
    async with intel.opened(Room("intel", {"records": Witness(and_then=measure).hear}), batch_max_records=7):
        await until(lambda: sum(sizes) == 50, "all 50 are handled")

    assert max(sizes) <= 7


async def test_no_plan_made_for_empty_tables_outlives_them_and_nothing_waits_for_ever(intel: House) -> None:
    async with open_pool(intel.settings(), "test") as pool:
        asked = {name: await pool.fetchval("select current_setting($1)", name) for name in ASKED_OF_POSTGRESQL}

    assert asked == ASKED_OF_POSTGRESQL


@pytest.mark.kafka
async def test_a_topic_that_is_missing_is_not_made_by_whoever_reads_or_sends(looking: AIOKafkaConsumer, intel: House) -> None:
    missing = intel.prefix + "never-made.v1"
    assert subscribe(intel.settings(), "intel", (missing,), Assignment())[0].config.broker_config.allow_auto_create_topics is False
    sender = producer(intel.settings(), "intel")
    await sender.start()

    for client in (sender.client, vars(looking)["_client"]):
        client.add_topic(missing)
        await client.force_metadata_update()
    await sender.stop()

    admin = AIOKafkaAdminClient(bootstrap_servers=intel.kafka.bootstrap)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert missing not in topics


def test_nobody_makes_a_client_of_kafka_but_the_room_that_spells_its_settings_out() -> None:
    makes = re.compile(r"\b(AIOKafkaConsumer|AIOKafkaProducer|KafkaBroker)\(")
    rooms = [each for folder in ("chassis", "services") for each in (ROOT / folder).rglob("*.py")]

    assert [each.name for each in rooms if makes.search(each.read_text())] == ["broker.py"]
