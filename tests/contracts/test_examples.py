"""The golden examples are promises: they are read as they stand and said again as they stand."""

import json
from collections import defaultdict

import pytest

from contracts import wire
from contracts.catalogue import FACTS, SERVICES, Order, topic_of
from tests.contracts.golden import EXAMPLES, bytes_of, example, kinds
from tests.contracts.golden import topic_of as topic_of_example


def test_every_fact_has_one_example_and_no_example_is_superfluous() -> None:
    assert kinds() == sorted(FACTS)


@pytest.mark.parametrize("kind", kinds())
def test_an_example_is_said_again_exactly_as_it_was_read(kind: str) -> None:
    told = (EXAMPLES / f"{kind}.json").read_text(encoding="utf-8")

    envelope = wire.decode(topic_of_example(kind), told.encode())

    assert json.loads(envelope.to_bytes(), object_pairs_hook=list) == json.loads(told, object_pairs_hook=list)


@pytest.mark.parametrize("kind", kinds())
def test_what_was_said_again_is_still_the_same_telling(kind: str) -> None:
    topic = topic_of_example(kind)
    first = wire.decode(topic, bytes_of(example(kind)))

    second = wire.decode(topic, first.to_bytes())

    assert second == first
    assert second.content_hash == first.content_hash


@pytest.mark.parametrize("kind", [kind for kind in kinds() if topic_of_example(kind).family.owner in SERVICES])
def test_a_fact_finds_its_own_topic_and_subject(kind: str) -> None:
    topic = topic_of_example(kind)

    fact = wire.decode(topic, bytes_of(example(kind))).data

    assert topic_of(fact) is topic
    assert fact.subject == example(kind)["subject"]


@pytest.mark.parametrize("kind", kinds())
def test_an_example_is_numbered_and_dated_as_a_service_tells_it_and_not_where_an_outsider_does(kind: str) -> None:
    by_us = topic_of_example(kind).source.removeprefix("/") in SERVICES

    assert {"version", "recordedtime"} & example(kind).keys() == ({"version", "recordedtime"} if by_us else set())


def test_the_story_never_counts_a_version_twice_on_one_topic_and_subject() -> None:
    told = [kind for kind in kinds() if topic_of_example(kind).family.order is not Order.NONE]

    versions = defaultdict(list)
    for kind in told:
        versions[topic_of_example(kind).name, example(kind)["subject"]].append(example(kind)["version"])

    assert all(len(found) == len(set(found)) for found in versions.values())


def test_the_story_hands_one_record_from_indonesia_to_cleveland() -> None:
    record_id = example("notification-accepted.v1")["data"]["record_id"]

    transferred = example("record-transferred.v1")

    assert example("notification-received.v1")["data"]["conviction"]["country"] == "ID"
    assert transferred["data"]["record_id"] == record_id
    assert transferred["data"]["force"] == "cleveland"
    assert transferred["data"]["handover_id"] == example("force-accepted.v1")["subject"]


def test_every_cause_in_the_story_is_told_in_it_or_lies_before_it() -> None:
    told = {example(kind)["id"]: example(kind) for kind in kinds()}

    caused = [(example(kind), told[example(kind)["causationid"]]) for kind in kinds() if example(kind).get("causationid") in told]

    assert len(caused) >= len(kinds()) // 2
    assert all(cause["id"] < effect["id"] for effect, cause in caused)
