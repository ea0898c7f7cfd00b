"""Apache Kafka from its jars can be killed like a machine that loses power, and keeps what it acknowledged."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.conftest import FreshTopics
from tests.places.kafka import Kafka


@pytest.mark.kafka
async def test_what_was_acknowledged_is_there_after_a_kill(kafka: Kafka, topic_prefix: str, topics: FreshTopics) -> None:
    await topics("clock")
    topic = TopicPartition(f"{topic_prefix}clock.v1", 0)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic.topic, b"kept", partition=topic.partition)
    assert kafka.node is not None
    before = kafka.bootstrap

    kafka.node.kill()
    await kafka.node.start()

    assert kafka.node.bootstrap == before
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=None) as consumer:
        consumer.assign([topic])
        consumer.seek(topic, 0)
        assert (await consumer.getone()).value == b"kept"
