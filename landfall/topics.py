"""Topics are made from the catalogue and from nothing else; a broker never makes one by itself."""

import asyncio
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.catalogue import TOPICS, Topic
from landfall.topic_check import misfits

TOPIC_ALREADY_EXISTS = 36
LOOKS, LOOK_SECONDS = 120, 0.25


class TopicError(RuntimeError):
    """A topic could not be made, or is there and is another; the text says which and why."""


async def make_topics(
    bootstrap: str, topics: Iterable[Topic] = TOPICS, *, prefix: str = "", replicas: int = 1, embedded: bool = False
) -> None:
    """Make those topics that are missing, and compare those that are there. The embedded broker takes no settings and keeps no topics.

    Raises:
        TopicError: the broker refused one, or one that is there is not as the catalogue says.
    """
    by_name = {prefix + each.name: each for each in topics}
    wanted = [
        NewTopic(name, each.partitions_on(embedded=embedded), replicas, topic_configs=None if embedded else each.settings)
        for name, each in by_name.items()
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if not embedded:
            await _until_somebody_decides(admin)
        answer = await admin.create_topics(wanted, timeout_ms=60_000)
        there = [by_name[name] for name, code, _ in answer.topic_errors if code == TOPIC_ALREADY_EXISTS and not embedded]
        wrong = await misfits(admin, there, prefix)
    finally:
        await admin.close()
    refused = [(name, code, text) for name, code, text in answer.topic_errors if code not in {0, TOPIC_ALREADY_EXISTS}]
    complaints = [f"topic {name} was not made: error {code} {text or ''}".strip() for name, code, text in refused] + wrong
    if complaints:
        raise TopicError("; ".join(complaints))


async def _until_somebody_decides(admin: AIOKafkaAdminClient) -> None:
    """A broker that stood still names no controller for a moment, and the client then fails with an AttributeError.

    Raises:
        TopicError: nobody was named in time.
    """
    for _ in range(LOOKS):
        if (await admin.describe_cluster())["controller_id"] >= 0:
            return
        await asyncio.sleep(LOOK_SECONDS)
    message = f"no broker says that it decides on topics, for {LOOKS * LOOK_SECONDS:.0f} s"
    raise TopicError(message)
