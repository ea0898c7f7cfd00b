"""A second broker beside the one that tests run on, so that a partition can lose its leader while the others keep theirs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from contracts.catalogue import Topic
from landfall.kafka_jars import JarKafka
from tests.places.kafka import Kafka
from tests.waiting import until

FIRST, SECOND = 1, 2

PROPERTIES = """
process.roles=broker
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
"""


@dataclass(slots=True)
class SecondBroker(JarKafka):
    """It has no vote, and leads what it is given alone."""

    voters: str = ""

    def _properties(self) -> str:
        return PROPERTIES.format(node=SECOND, voters=self.voters, port=self.port, data=self.folder / "data")


@asynccontextmanager
async def beside(kafka: Kafka, folder: Path) -> AsyncIterator[SecondBroker]:
    """It is ended on leaving, and what it led has no leader any more. What every group needs is made before: it stays on the first."""
    first = kafka.node
    assert first is not None
    await _groups_have_their_place(kafka)
    voters = re.search(r"^controller.quorum.voters=(.+)$", (first.folder / "server.properties").read_text(), re.MULTILINE)
    assert voters is not None
    second = SecondBroker(folder / "second", first.jars, first.leash, first.cluster, voters=voters[1])
    await second.start()
    try:
        yield second
    finally:
        await asyncio.to_thread(second.kill)
        await until(lambda: _is_alone(kafka), "nothing more is put on the second broker")


async def _groups_have_their_place(kafka: Kafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()

    async def they_have() -> bool:
        with suppress(GroupCoordinatorNotAvailableError):  # it is being made
            return bool(await admin.find_coordinator("anybody") == FIRST)
        return False

    try:
        await until(they_have, "there is a place for the offsets of groups")
    finally:
        await admin.close()


async def _is_alone(kafka: Kafka) -> bool:
    """Whether the first broker counts on nobody else."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        return {each["node_id"] for each in (await admin.describe_cluster())["brokers"]} == {FIRST}
    except KafkaError:
        return False
    finally:
        await admin.close()


async def make_led_by(kafka: Kafka, prefix: str, topic: Topic, leaders: dict[int, int]) -> None:
    """Make a topic anew, each partition with that one node for a leader."""
    admin, name = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap), prefix + topic.name
    assigned = NewTopic(name, -1, -1, {each: [node] for each, node in leaders.items()}, topic.settings)
    await admin.start()

    async def made() -> bool:
        await admin.create_topics([assigned])
        return await _leaders(admin, name) == leaders

    try:
        await admin.delete_topics([name])
        await until(made, "each partition has its leader")
    finally:
        await admin.close()


async def has_no_leader(kafka: Kafka, topic: str, partition: int) -> bool:
    """As the first broker sees it. The client asks either; who is away says nothing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        return (await _leaders(admin, topic))[partition] < 0
    except KafkaError:
        return False
    finally:
        await admin.close()


async def _leaders(admin: AIOKafkaAdminClient, topic: str) -> dict[int, int]:
    (found,) = await admin.describe_topics([topic])
    return {each["partition"]: each["leader"] for each in found["partitions"]}
