"""A record that Kafka's client cannot unpack."""

import os
import subprocess
import sys

from contracts.catalogue import Topic
from tests.chassis.disagreeing import RECORDS
from tests.chassis.house import House

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


async def tell_what_cannot_be_unpacked(house: House, topic: Topic = RECORDS, partition: int = 3) -> None:
    """On that partition; of what is heard, if nothing else is said."""
    command = [sys.executable, "-c", UNREADABLE_HEADER, house.kafka.bootstrap, house.prefix + topic.name, str(partition)]
    subprocess.run(command, env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"}, check=True, timeout=60)  # noqa: ASYNC221 - our own text
