"""Nobody listens but the four services, each to exactly what the catalogue says that it hears, as FastStream itself tells it."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.specification import AsyncAPI

from chassis.assignment import Assignment
from chassis.broker import subscribe
from chassis.settings import Settings
from contracts.asyncapi import document
from contracts.catalogue import BY_NAME, SERVICES, read_by
from services.handover.app import room as handover
from services.intel.app import room as intel
from services.records.app import room as records
from services.stats.app import room as stats
from tests.contracts.golden import example, kinds
from tests.keys import KEYS

ROOT = Path(__file__).parents[2]
CODE = ("contracts", "chassis", "trust", "services", "simulators", "landfall", "bench", "compatibility")
ROOMS = {room.name: room for room in (records(KEYS), intel(), handover(KEYS), stats())}
PREFIX = "shared."


def _listening(service: str, *, clock: bool = False) -> tuple[KafkaBroker, BatchSubscriber]:
    """Its broker and subscriber as the chassis makes them, before they start."""
    room = ROOMS[service]
    settings = Settings.model_validate({"kafka_topic_prefix": PREFIX, "database_url": "-", "api_token": "-"})
    return subscribe(settings, room.name, tuple(PREFIX + topic.name for topic in room.topics(clock=clock)), Assignment())


def test_each_service_of_the_catalogue_is_put_together_here() -> None:
    assert set(ROOMS) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_listens_once_and_to_exactly_what_the_catalogue_says(service: str) -> None:
    broker, subscriber = _listening(service, clock=True)

    assert list(broker.subscribers) == [subscriber]
    assert subscriber.topic_names == [PREFIX + topic.name for topic in read_by(service)]
    assert (subscriber.pattern, list(subscriber.partitions)) == (None, [])


@pytest.mark.parametrize("service", SERVICES)
def test_in_production_it_hears_all_of_that_but_the_event_clock(service: str) -> None:
    _, subscriber = _listening(service)

    assert subscriber.topic_names == [PREFIX + topic.name for topic in read_by(service) if topic.family.name != "clock"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_faststream_says_of_itself_is_what_our_document_says(service: str) -> None:
    broker, _ = _listening(service, clock=True)

    told = AsyncAPI(broker).to_specification().to_jsonable()

    ours = document({kind: json.dumps(example(kind)) for kind in kinds()})["operations"]
    heard = {each["channel"]["$ref"] for name, each in ours.items() if name.startswith(f"{service}-receive-")}
    addresses = {channel["address"].removeprefix(PREFIX) for channel in told["channels"].values()}
    assert {f"#/channels/{BY_NAME[address].family.name}" for address in addresses} == heard
    assert {operation["action"] for operation in told["operations"].values()} == {"receive"}


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_a_group_of_its_own_that_neither_acknowledges_nor_handles_anything_by_itself(service: str) -> None:
    _, subscriber = _listening(service)

    assert subscriber.group_id == PREFIX + service
    assert subscriber.ack_policy is AckPolicy.MANUAL
    assert not subscriber.calls


@pytest.mark.parametrize("service", SERVICES)
def test_it_starts_at_the_beginning_and_reads_what_was_committed(service: str) -> None:
    _, subscriber = _listening(service)

    wanted = {"auto_offset_reset": "earliest", "isolation_level": "read_committed", "enable_auto_commit": False}
    assert wanted.items() <= subscriber._connection_args.items()  # noqa: SLF001 - FastStream shows it nowhere else before it starts


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _importing_faststream(tree: ast.Module) -> bool:
    names = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(name.split(".")[0] == "faststream" for name in names)


def _called(tree: ast.Module) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {each.attr if isinstance(each, ast.Attribute) else each.id for each in calls if isinstance(each, ast.Attribute | ast.Name)}


def test_nothing_else_in_the_code_subscribes_to_anything() -> None:
    assert [name for name, tree in _modules() if _importing_faststream(tree)] == ["chassis/broker.py"]
    assert [name for name, tree in _modules() if "subscriber" in _called(tree)] == ["chassis/broker.py"]
    assert [name for name, tree in _modules() if "subscribe" in _called(tree)] == ["chassis/inputs.py"]
