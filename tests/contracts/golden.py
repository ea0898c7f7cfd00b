"""The golden examples as tests use them, and the topic that each one would be told on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.catalogue import TOPICS, Topic

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"


def kinds() -> list[str]:
    return sorted(path.stem for path in EXAMPLES.glob("*.json"))


def example(kind: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((EXAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    return told


def topic_of(kind: str) -> Topic:
    return topic_for(example(kind))


def topic_for(told: Mapping[str, Any]) -> Topic:
    """The only topic that carries this type from this source."""
    found = [topic for topic in TOPICS if told["type"] in {fact.TYPE for fact in topic.family.facts} and topic.source == told["source"]]
    told_to = told["data"].get("force")
    return found[0] if len(found) == 1 else next(topic for topic in found if topic.principal == told_to)


def bytes_of(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def altered(kind: str, **attributes: object) -> bytes:
    """The example with other attributes; None leaves one out."""
    told = example(kind) | attributes
    return bytes_of({name: value for name, value in told.items() if value is not None})
