"""The AsyncAPI document says what the catalogue says, and what is wrong with it is found."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from contracts.asyncapi import document
from contracts.catalogue import FACTS, FAMILIES, SERVICES, TOPICS, Topic, read_by
from contracts.generate import ROOT
from tests.contracts.golden import example, kinds

HERE = ROOT / "docs" / "asyncapi"
NODE = shutil.which("node")
DOCUMENT: dict[str, Any] = document({kind: json.dumps(example(kind)) for kind in kinds()})
CHANNELS: dict[str, Any] = DOCUMENT["channels"]
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]


def _topics_of(channel: dict[str, Any]) -> Iterator[str]:
    for name, parameter in channel.get("parameters", {}).items():
        yield from (channel["address"].replace(f"{{{name}}}", value) for value in parameter["enum"])
    if "parameters" not in channel:
        yield channel["address"]


def _channels(action: str, who: str) -> set[str]:
    found = [each for each in DOCUMENT["operations"].values() if each["action"] == action and each["tags"] == [{"name": who}]]
    return {each["channel"]["$ref"].removeprefix("#/channels/") for each in found}


def test_its_addresses_are_exactly_the_topics_of_the_catalogue() -> None:
    addresses = list(chain.from_iterable(_topics_of(channel) for channel in CHANNELS.values()))

    assert sorted(addresses) == sorted(topic.name for topic in TOPICS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_receives_what_it_reads_and_sends_what_it_owns(service: str) -> None:
    assert _channels("receive", service) == {topic.family.name for topic in read_by(service)}
    assert _channels("send", service) == {family.name for family in FAMILIES if family.owner in {service, "each service"}}


def test_everybody_from_outside_has_their_part() -> None:
    assert _channels("send", "feeds") == {"notifications"}
    assert _channels("send", "forces") == {"handover-replies"}
    assert _channels("receive", "forces") == {"handover-packs"}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_kept_as_kafka_is_told_to_keep_it(topic: Topic) -> None:
    kafka = CHANNELS[topic.family.name]["bindings"]["kafka"]

    assert kafka["partitions"] == topic.partitions
    told = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in kafka["topicConfiguration"].items()}
    assert told == topic.settings


@pytest.mark.parametrize("kind", FACTS)
def test_a_message_has_its_schema_its_headers_and_its_golden_example(kind: str) -> None:
    message = MESSAGES[kind]

    assert (HERE / message["payload"]["$ref"]).resolve() == ROOT / "contracts" / "schemas" / "writer" / f"{kind}.json"
    assert message["examples"][0]["payload"] == example(kind)
    headers = DOCUMENT["components"]["messageTraits"]["carried"]["headers"]
    assert set(headers["required"]) <= message["examples"][0]["headers"].keys() <= headers["properties"].keys()


def _checked(told: dict[str, Any], place: Path) -> subprocess.CompletedProcess[str]:
    if NODE is None or shutil.which("npm") is None:
        pytest.skip("needs Node and npm")
    subprocess.run(["make", "-s", "docs/asyncapi/node_modules/ready"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 - as users find it
    place.write_text(json.dumps(told), encoding="utf-8")
    return subprocess.run([NODE, HERE / "check.mjs", place], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a document leads to the schemas as it does in the repository."""
    shutil.copytree(ROOT / "contracts" / "schemas", tmp_path / "contracts" / "schemas")
    (tmp_path / "docs" / "asyncapi").mkdir(parents=True)
    return tmp_path / "docs" / "asyncapi" / "asyncapi.json"


def test_the_parser_finds_nothing_wrong(place: Path) -> None:
    outcome = _checked(DOCUMENT, place)

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert (
        outcome.stdout == f"AsyncAPI: {len(FAMILIES)} channels, {len(DOCUMENT['operations'])} operations, {len(FACTS)} messages, valid.\n"
    )


@pytest.mark.parametrize(
    ("where", "instead", "complaint"),
    [
        (("channels", "records", "bindings", "kafka", "partitions"), "twelve", "partitions"),
        (("operations", "records-send-records", "channel", "$ref"), "#/channels/nowhere", "#/channels/nowhere"),
        (("components", "messages", "quiet.v1", "payload", "$ref"), "nowhere.json", "no such file"),
        (("components", "messages", "quiet.v1", "payload"), {"type": "object"}, "does not lead to the fields of its data"),
        (("operations",), {"shout": {"action": "shout"}}, "shout"),
        (("asyncapi",), "0", "no message that can be read"),
    ],
)
def test_what_is_wrong_is_named_and_fails(place: Path, where: tuple[str, ...], instead: object, complaint: str) -> None:
    told = json.loads(json.dumps(DOCUMENT))
    part = told
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = instead

    outcome = _checked(told, place)

    assert outcome.returncode == 1
    assert complaint in outcome.stderr


def test_the_lock_names_no_registry() -> None:
    assert "omit-lockfile-registry-resolved=true" in (HERE / ".npmrc").read_text(encoding="utf-8").splitlines()
    assert '"resolved"' not in (HERE / "package-lock.json").read_text(encoding="utf-8")
