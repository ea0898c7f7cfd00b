"""Topics are made from the catalogue and from nothing else; a broker never makes one by itself."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.catalogue import TOPICS, Topic

TOPIC_ALREADY_EXISTS = 36


class TopicError(RuntimeError):
    """A topic could not be made; the text says which and why."""


async def make_topics(
    bootstrap: str, topics: Iterable[Topic] = TOPICS, *, prefix: str = "", replicas: int = 1, embedded: bool = False
) -> None:
    """Make those topics that are missing. The embedded broker takes no settings.

    Raises:
        TopicError: the broker refused one.
    """
    wanted = [
        NewTopic(prefix + each.name, each.partitions_on(embedded=embedded), replicas, topic_configs=None if embedded else each.settings)
        for each in topics
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics(wanted, timeout_ms=60_000)
    finally:
        await admin.close()
    for name, code, text in answer.topic_errors:
        if code not in {0, TOPIC_ALREADY_EXISTS}:
            message = f"topic {name} was not made: error {code} {text or ''}".strip()
            raise TopicError(message)
