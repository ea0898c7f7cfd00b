"""A topic that is there already must be as the catalogue says: a partition count is for ever, and a wrong setting loses messages later."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.catalogue import Topic

LOOKS, LOOK_SECONDS = 300, 0.1

UNKNOWN = "is there, says the cluster, but the broker that was asked has not heard of it yet: run landfall prepare again"


async def misfits(admin: AIOKafkaAdminClient, topics: Iterable[Topic], prefix: str) -> list[str]:
    """What is wrong with these topics, all of which exist, and what to do; empty where nothing is.

    Raises:
        KafkaError: the broker does not answer.
    """
    wanted = {prefix + each.name: each for each in topics}
    if not wanted:
        return []
    counts = await _partitions(admin, list(wanted))
    known = {name: topic for name, topic in wanted.items() if name in counts}
    settings = await _settings(admin, known) if known else {}
    found = [each for name, topic in known.items() for each in _of_one(name, topic, counts[name], settings.get(name, {}))]
    return sorted(found + [f"{name} {UNKNOWN}" for name in wanted.keys() - counts.keys()])


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Of those that the broker which is asked knows; it may hear of a topic some time after the cluster has made it."""
    for _ in range(LOOKS):
        described = await admin.describe_topics(names)
        if not any(each["error_code"] for each in described):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return {each["topic"]: len(each["partitions"]) for each in described if not each["error_code"]}


async def _settings(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(topic.settings)) for name, topic in wanted.items()]
    answers = await admin.describe_configs(asked)
    return {name: {entry[0]: entry[1] for entry in entries} for each in answers for _, _, _, name, entries in each.resources}


def _of_one(name: str, topic: Topic, partitions: int, settings: Mapping[str, str]) -> Iterator[str]:
    if partitions != topic.partitions:
        yield (
            f"{name} has {partitions} partitions and must have {topic.partitions}: a count is for ever, "
            "because a key would change its partition; make a topic of a new version and tell it there"
        )
    for setting, value in topic.settings.items():
        if settings.get(setting) != value:
            yield f"{name} has {setting}={settings.get(setting)} and must have {value}: set it with kafka-configs --alter"
