"""The JSON Schemas of every telling: a closed one that its writer keeps to, and an open one that its readers ask for.

Two files each, because a program in another language checks against one of them as it stands.
"""

from typing import Any

from contracts.catalogue import FAMILIES, TOPICS, Family, Order
from contracts.envelope import Envelope
from contracts.fact import Fact

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ALWAYS_SAID = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data")


def schemas() -> dict[str, Schema]:
    """Every schema by its file name under `contracts/schemas`."""
    made: dict[str, Schema] = {}
    for family in FAMILIES:
        for fact in family.facts:
            made[f"writer/{fact.TYPE}.json"] = writer_schema(family, fact)
            made[f"reader/{fact.TYPE}.json"] = reader_schema(family, fact)
    return made


def writer_schema(family: Family, fact: type[Fact]) -> Schema:
    """What is said: nothing that the class does not name, absent attributes left out, absent data fields null."""
    schema = Envelope[fact].model_json_schema(mode="serialization")  # type: ignore[valid-type]  # the class is chosen where it runs
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            part["additionalProperties"] = False
    attributes = schema["properties"]
    for name in attributes:
        attributes[name] = _without_null(attributes[name])
    sources = sorted({topic.source for topic in TOPICS if topic.family is family})
    if sources:
        attributes["source"] = {"enum": sources, "title": "Source"}
    schema["required"] = [*ALWAYS_SAID, *_version_if_needed(family)]
    return _signed(schema, fact)


def reader_schema(family: Family, fact: type[Fact]) -> Schema:
    """What a reader can use: whatever else is there is not looked at."""
    schema = Envelope[fact].model_json_schema(mode="validation")  # type: ignore[valid-type]  # the class is chosen where it runs
    if _version_if_needed(family):
        schema["required"].append("version")
        schema["properties"]["version"] = _without_null(schema["properties"]["version"])
    return _signed(schema, fact)


def _signed(schema: Schema, fact: type[Fact]) -> Schema:
    schema["properties"]["type"] = {"const": fact.TYPE, "title": "Type"}
    return {"$schema": DIALECT, **schema, "title": fact.__name__}


def _version_if_needed(family: Family) -> list[str]:
    return [] if family.order is Order.NONE else ["version"]


def _without_null(attribute: Schema) -> Schema:
    said = [choice for choice in attribute.get("anyOf", ()) if choice != {"type": "null"}]
    if len(said) != 1:
        return attribute
    return {**said[0], **{key: value for key, value in attribute.items() if key not in {"anyOf", "default"}}}
