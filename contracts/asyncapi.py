"""The same catalogue for programs of others: an AsyncAPI 3 document, `docs/asyncapi/asyncapi.json`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.catalogue import FAMILIES, SERVICES, TOPICS, Family, Topic, topic_name
from contracts.envelope import CONTENT_TYPE, Envelope
from contracts.fact import Fact

Part = dict[str, Any]

SCHEMAS = "../../contracts/schemas/writer"
EACH_SERVICE = "each service"
KAFKA_BINDING = "0.5.0"
ABOUT = """\
Landfall keeps the records of people convicted of sexual offences overseas until a police force takes each one over. Every message is one
CloudEvents 1.0 JSON in structured mode. Channels are families of topics: where each outside principal has a topic of its own, the
principal is the parameter, and no other may write there. Readers ignore fields that they do not know. All people in examples are invented.\
"""


def document(examples: Mapping[str, str]) -> Part:
    """The whole document. `examples` holds the golden example of every type, as it is in its file."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Landfall", "version": "1", "description": ABOUT.replace("\n", " "), "license": {"name": "MIT"}},
        "defaultContentType": CONTENT_TYPE,
        "channels": {family.name: _channel(family) for family in FAMILIES},
        "operations": dict(each for family in FAMILIES for each in _operations(family)),
        "components": {
            "messages": {fact.TYPE: _message(family, fact, examples[fact.TYPE]) for family in FAMILIES for fact in family.facts},
            "messageTraits": {"carried": {"contentType": CONTENT_TYPE, "headers": _headers()}},
        },
    }


def _channel(family: Family) -> Part:
    topics = [topic for topic in TOPICS if topic.family is family]
    made: Part = {
        "address": topic_name(family.name, f"{{{family.each}}}" if family.principals else None),
        "description": f"{family.owner} to {', '.join(family.readers)}. Order: {family.order}.",
        "messages": {fact.TYPE: {"$ref": f"#/components/messages/{fact.TYPE}"} for fact in family.facts},
        "bindings": {"kafka": _kafka(topics[0])},
    }
    if family.principals:
        made["parameters"] = {family.each: {"enum": [str(each) for each in family.principals]}}
    return made


def _kafka(topic: Topic) -> Part:
    """What Kafka is told about such a topic: numbers as numbers, policies as a list, as the binding asks."""
    told: Part = {name: int(value) if value.removeprefix("-").isdigit() else value for name, value in topic.settings.items()}
    told["cleanup.policy"] = topic.settings["cleanup.policy"].split(",")
    return {"partitions": topic.partitions, "topicConfiguration": told, "bindingVersion": KAFKA_BINDING}


def _operations(family: Family) -> Iterator[tuple[str, Part]]:
    """Who says and who hears it, whether one of us or from outside."""
    for owner in SERVICES if family.owner == EACH_SERVICE else (family.owner,):
        yield f"{owner}-send-{family.name}", _operation("send", owner, family)
    for reader in family.readers:
        yield f"{reader}-receive-{family.name}", _operation("receive", reader, family)


def _operation(action: str, who: str, family: Family) -> Part:
    channel = f"#/channels/{family.name}"
    made: Part = {
        "action": action,
        "channel": {"$ref": channel},
        "tags": [{"name": who}],
        "messages": [{"$ref": f"{channel}/messages/{fact.TYPE}"} for fact in family.facts],
    }
    if action == "receive" and who in SERVICES:
        made["bindings"] = {"kafka": {"groupId": {"type": "string", "const": who}, "bindingVersion": KAFKA_BINDING}}
    return made


def _message(family: Family, fact: type[Fact], example: str) -> Part:
    payload = json.loads(example)
    trace = {"traceparent": payload["traceparent"]} if "traceparent" in payload else {}
    return {
        "name": fact.TYPE,
        "title": fact.__name__,
        "summary": " ".join((fact.__doc__ or "").split()),
        "traits": [{"$ref": "#/components/messageTraits/carried"}],
        "payload": {"$ref": f"{SCHEMAS}/{fact.TYPE}.json"},
        "correlationId": {"location": "$message.payload#/correlationid"},
        "bindings": {"kafka": {"key": {"type": "string", "description": f"{family.key}, as the subject"}, "bindingVersion": KAFKA_BINDING}},
        "examples": [{"headers": {"content-type": CONTENT_TYPE, **trace}, "payload": payload}],
    }


def _headers() -> Part:
    trace = next(choice for choice in Envelope[Fact].model_json_schema()["properties"]["traceparent"]["anyOf"] if "pattern" in choice)
    return {
        "type": "object",
        "properties": {"content-type": {"const": CONTENT_TYPE}, "traceparent": {**trace, "description": "W3C Trace Context"}},
        "required": ["content-type"],
    }
