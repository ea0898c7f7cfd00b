"""A topic that is there already must be as the catalogue says: a partition count is for ever, and a wrong setting loses messages later."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.catalogue import Topic

LOOKS, LOOK_SECONDS = 300, 0.1

UNKNOWN = "is there, says the cluster, but the broker that was asked has not heard of it yet: run landfall prepare again"


async def misfits(admin: AIOKafkaAdminClient, topics: Iterable[Topic], prefix: str, replicas: int) -> list[str]:
    """What is wrong with these topics, all of which exist, and what to do; empty where nothing is.

    `replicas` is how many each partition is meant to have: some settings follow from it.

    Raises:
        KafkaError: the broker does not answer.
    """
    wanted = {prefix + each.name: each for each in topics}
    if not wanted:
        return []
    counts = await _partitions(admin, list(wanted))
    known = {name: topic for name, topic in wanted.items() if name in counts}
    needed = {name: topic.settings_with(replicas) for name, topic in known.items()}
    settings = await _settings(admin, needed) if known else {}
    found = [each for name, topic in known.items() for each in _count_of_one(name, topic, counts[name])]
    found += [each for name in known for each in _settings_of_one(name, needed[name], settings.get(name, {}))]
    return sorted(found + [f"{name} {UNKNOWN}" for name in wanted.keys() - counts.keys()])


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Of those that the broker which is asked knows; it may hear of a topic some time after the cluster has made it."""
    for _ in range(LOOKS):
        described = await admin.describe_topics(names)
        if not any(each["error_code"] for each in described):
            break
        await asyncio.sleep(LOOK_SECONDS)
    return {each["topic"]: len(each["partitions"]) for each in described if not each["error_code"]}


async def _settings(admin: AIOKafkaAdminClient, needed: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(settings)) for name, settings in needed.items()]
    answers = await admin.describe_configs(asked)
    return {name: {entry[0]: entry[1] for entry in entries} for each in answers for _, _, _, name, entries in each.resources}


def _count_of_one(name: str, topic: Topic, partitions: int) -> Iterator[str]:
    if partitions != topic.partitions:
        yield (
            f"{name} has {partitions} partitions and must have {topic.partitions}: a count is for ever, "
            "because a key would change its partition; make a topic of a new version and tell it there"
        )


def _settings_of_one(name: str, needed: Mapping[str, str], settings: Mapping[str, str]) -> Iterator[str]:
    for setting, value in needed.items():
        if settings.get(setting) != value:
            yield f"{name} has {setting}={settings.get(setting)} and must have {value}: set it with kafka-configs --alter"
