"""Topics come from the catalogue alone."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from chassis.settings import Profile
from contracts.catalogue import TOPICS
from landfall.topics import TopicError, make_topics
from tests.places.kafka import Kafka


async def test_topics_have_the_catalogues_partitions_and_making_them_again_changes_nothing(kafka: Kafka, topic_prefix: str) -> None:
    wanted = [topic for topic in TOPICS if topic.family.name in {"records", "travel-notices"}]
    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=kafka.profile is Profile.EMBEDDED)

    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=kafka.profile is Profile.EMBEDDED)

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    described = await admin.describe_topics([topic_prefix + topic.name for topic in wanted])
    await admin.close()
    assert {each["topic"]: len(each["partitions"]) for each in described} == {
        topic_prefix + topic.name: topic.partitions_on(embedded=kafka.profile is Profile.EMBEDDED) for topic in wanted
    }


@pytest.mark.kafka
async def test_a_topic_that_the_broker_refuses_is_named(kafka: Kafka) -> None:
    with pytest.raises(TopicError, match="was not made"):
        await make_topics(kafka.bootstrap, TOPICS[:1], prefix="not allowed here: ")
