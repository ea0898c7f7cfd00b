"""The golden examples as tests use them, and the topic that each one would be told on."""

import json
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
    """The only topic that carries this type from this source."""
    source = example(kind)["source"]
    found = [topic for topic in TOPICS if kind in {fact.TYPE for fact in topic.family.facts} and topic.source in {source, None}]
    told_to = example(kind)["data"].get("force")
    return found[0] if len(found) == 1 else next(topic for topic in found if topic.principal == told_to)


def bytes_of(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def altered(kind: str, **attributes: object) -> bytes:
    """The example with other attributes; None leaves one out."""
    told = example(kind) | attributes
    return bytes_of({name: value for name, value in told.items() if value is not None})
