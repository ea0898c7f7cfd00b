"""Apache Kafka made to compact a topic within seconds: tiny segments, and a cleaner that hardly rests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

AT_ONCE = {"segment.ms": "100", "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "100", "min.cleanable.dirty.ratio": "0.01"}
RESTLESS = {"log.cleaner.backoff.ms": "100"}


@asynccontextmanager
async def compacting(bootstrap: str, topic: str, settings: dict[str, str]) -> AsyncIterator[None]:
    """That topic with those settings and these; what is last in it lies in the active segment, which is never compacted."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await _alter(admin, ConfigResource(ConfigResourceType.TOPIC, topic, settings | AT_ONCE))
        (node,) = (each.nodeId for each in admin._client.cluster.brokers())  # noqa: SLF001 - it is told so by nobody else
        await _alter(admin, ConfigResource(ConfigResourceType.BROKER, str(node), RESTLESS))
        try:
            yield
        finally:
            await _alter(admin, ConfigResource(ConfigResourceType.BROKER, str(node), {}))
    finally:
        await admin.close()


async def _alter(admin: AIOKafkaAdminClient, what: ConfigResource) -> None:
    refused = [each for answer in await admin.alter_configs([what]) for each in answer.resources if each[0]]
    assert not refused
