"""Topics are made from the catalogue and from nothing else; a broker never makes one by itself."""

import asyncio
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.catalogue import TOPICS, Topic
from landfall.topic_check import misfits

TOPIC_ALREADY_EXISTS = 36
TRIES, PAUSE_SECONDS = 120, 0.25


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
        NewTopic(name, each.partitions_on(embedded=embedded), replicas, topic_configs=None if embedded else each.settings_with(replicas))
        for name, each in by_name.items()
    ]
    admin = await _asking_who_decides(bootstrap)
    try:
        answer = await admin.create_topics(wanted, timeout_ms=60_000)
        there = [by_name[name] for name, code, _ in answer.topic_errors if code == TOPIC_ALREADY_EXISTS and not embedded]
        wrong = await misfits(admin, there, prefix, replicas)
    finally:
        await admin.close()
    refused = [(name, code, text) for name, code, text in answer.topic_errors if code not in {0, TOPIC_ALREADY_EXISTS}]
    complaints = [f"topic {name} was not made: error {code} {text or ''}".strip() for name, code, text in refused] + wrong
    if complaints:
        raise TopicError("; ".join(complaints))


async def _asking_who_decides(bootstrap: str) -> AIOKafkaAdminClient:
    """A client that was told who decides. A broker that just stood still names nobody, and who was told so has nobody to ask again.

    Raises:
        TopicError: nobody was named in time.
    """
    for _ in range(TRIES):
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        if admin._client.cluster.controller is not None:  # noqa: SLF001 - its methods fail with an AttributeError where nobody is
            return admin
        await admin.close()
        await asyncio.sleep(PAUSE_SECONDS)
    message = f"no broker says who decides on topics, for {TRIES * PAUSE_SECONDS:.0f} s"
    raise TopicError(message)
