"""Others read our bytes with their own CloudEvents library."""

import json
import re

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from contracts import wire
from contracts.envelope import CONTENT_TYPE
from tests.contracts.golden import altered, kinds, topic_of

REQUIRED = {"id", "source", "specversion", "type"}


@pytest.mark.parametrize("kind", kinds())
def test_our_bytes_are_a_cloudevent_to_the_reference_library(kind: str) -> None:
    envelope = wire.decode(topic_of(kind), altered(kind))

    event = JSONFormat().read(CloudEvent, envelope.to_bytes())

    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(envelope.id)
    assert event.get_source() == envelope.source
    assert event.get_type() == kind
    assert event.get_subject() == envelope.subject
    assert event.get_time() == envelope.time
    assert event.get_data() == json.loads(envelope.data_json)


@pytest.mark.parametrize("kind", kinds())
def test_attributes_are_named_as_cloudevents_asks_and_never_null(kind: str) -> None:
    attributes = json.loads(wire.decode(topic_of(kind), altered(kind)).to_bytes())

    assert attributes.keys() >= REQUIRED
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in attributes)
    assert None not in attributes.values()


def test_the_content_type_is_that_of_structured_json() -> None:
    assert JSONFormat().get_content_type() == CONTENT_TYPE
