"""Writes down every fact of a run so that two runs can be compared: without what is random or merely traces who carried it."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from chassis.agreement import starts_of
from chassis.reading import as_readable
from contracts.catalogue import TOPICS
from simulators.days import london_day
from simulators.line import Address, onlooker
from simulators.quiet import UNCOUNTED

PLAIN = ("type", "version")

Fact = dict[str, Any]


async def write(address: Address, path: Path) -> int:
    """Write one line for each story (a record, or a notification that never became one), sorted; the number of stories."""
    stories = sorted(stories_of(await _told(address)))
    await asyncio.to_thread(path.write_text, "".join(f"{story}\n" for story in stories), encoding="utf-8")
    return len(stories)


def stories_of(facts: Iterable[Fact]) -> Iterator[str]:
    """Facts that share an id, put together; their ids named in the order in which they appear."""
    for together in _connected(list(facts)):
        ordered = sorted(together, key=lambda fact: json.dumps(_renamed(fact, defaultdict(str)), sort_keys=True))
        names: dict[str, str] = {}
        for fact in ordered:
            for each in _ids(fact):
                names.setdefault(each, f"id {len(names) + 1}")
        yield json.dumps([_renamed(fact, names) for fact in ordered], sort_keys=True, ensure_ascii=False)


async def _told(address: Address) -> list[Fact]:
    """Everything on every topic but the clock's, each telling once. Figures are none: facts that come together are told as one change."""
    topics = [topic for topic in TOPICS if topic.family.name not in UNCOUNTED and not topic.family.compacted]
    found: dict[str, Fact] = {}

    def put(partition: TopicPartition, offset: int, value: bytes | None) -> None:
        fact = _fact(partition.topic.removeprefix(address.topic_prefix), value)
        found[fact.pop("id", f"{partition.topic} {partition.partition} {offset}")] = fact

    def left_out(partition: TopicPartition, first: int, _following: int) -> None:
        put(partition, first, None)

    async with onlooker(address, topics) as consumer:
        async for partition, raws in as_readable(consumer, await starts_of(consumer, address.partitions_of(topics)), left_out):
            for raw in raws:
                put(partition, raw.offset, raw.value)
    return list(found.values())


def _fact(topic: str, value: bytes | None) -> Fact:
    """Days instead of instants: at which second a service got to something is no fact."""
    try:
        envelope = json.loads(value or b"")
        days = {name: str(london_day(datetime.fromisoformat(envelope[name]))) for name in ("time", "recordedtime") if name in envelope}
        return {"id": envelope["id"], "topic": topic, **{name: envelope.get(name) for name in PLAIN}, **days, "data": envelope["data"]}
    except (ValueError, KeyError, TypeError):
        return {"topic": topic, "data": {}, "type": "unreadable"}


def _ids(fact: Fact) -> list[str]:
    """The random ids in a fact, by the names of its fields."""
    data: Mapping[str, Any] = fact["data"]
    return [value for name, value in sorted(data.items()) if isinstance(value, str) and name.endswith("_id") and _is_uuid(value)]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _renamed(fact: Fact, names: Mapping[str, str]) -> Fact:
    ids = set(_ids(fact))
    told = fact["data"].items()
    return fact | {"data": {name: names[value] if isinstance(value, str) and value in ids else value for name, value in told}}


def _connected(facts: list[Fact]) -> Iterable[list[Fact]]:
    """Facts that hang together by their ids; one without ids stands alone."""
    leader: dict[str, str] = {}

    def find(each: str) -> str:
        while leader.setdefault(each, each) != each:
            leader[each] = leader[leader[each]]
            each = leader[each]
        return each

    for place, fact in enumerate(facts):
        for each in _ids(fact):
            leader[find(each)] = find(f"fact {place}")
    groups: dict[str, list[Fact]] = defaultdict(list)
    for place, fact in enumerate(facts):
        groups[find(f"fact {place}")].append(fact)
    return groups.values()
