"""Topics come from the catalogue alone."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from chassis.settings import Profile
from contracts.catalogue import TOPICS
from landfall.topics import TopicError, make_topics
from tests.places.kafka import Kafka
from tests.waiting import until


async def _partitions(kafka: Kafka, names: list[str]) -> dict[str, int]:
    """How many partitions each of these topics has, as the broker tells now: a moment ago it may not have known them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(names)
    finally:
        await admin.close()
    return {each["topic"]: len(each["partitions"]) for each in described}


async def test_topics_have_the_catalogues_partitions_and_making_them_again_changes_nothing(kafka: Kafka, topic_prefix: str) -> None:
    embedded = kafka.profile is Profile.EMBEDDED
    wanted = [topic for topic in TOPICS if topic.family.name in {"records", "travel-notices"}]
    expected = {topic_prefix + topic.name: topic.partitions_on(embedded=embedded) for topic in wanted}
    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=embedded)

    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=embedded)

    async def as_expected() -> bool:
        return await _partitions(kafka, list(expected)) == expected

    await until(as_expected, "the topics have the catalogue's partitions")


@pytest.mark.kafka
async def test_a_topic_that_the_broker_refuses_is_named(kafka: Kafka) -> None:
    with pytest.raises(TopicError, match="was not made"):
        await make_topics(kafka.bootstrap, TOPICS[:1], prefix="not allowed here: ")
