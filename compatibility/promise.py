"""What the contracts promise to others: as the code stands, and as each release in `contracts/released` froze it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from compatibility.plain import Schema
from contracts.catalogue import FACTS, TOPICS, Topic
from contracts.schema_files import schemas

SIDES = ("writer", "reader")
TOPICS_FILE = "topics.json"
EXAMPLES = "examples"
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


class ReleaseError(ValueError):
    """A release cannot be made, or not be read. The text says why, and what to do."""


class TopicPromise(TypedDict):
    """What must never change about a topic; the types that it carries may grow in number."""

    source: str
    order: str
    partitions: int
    facts: list[str]


@dataclass(frozen=True)
class Promise:
    """One release: schemas by type, for each type the field that it is about, and topics by name."""

    version: str
    writer: Mapping[str, Schema]
    reader: Mapping[str, Schema]
    subjects: Mapping[str, str]
    topics: Mapping[str, TopicPromise]


def now() -> Promise:
    """What the code promises as it stands."""
    made = schemas()
    writer, reader = ({kind: made[f"{side}/{kind}.json"] for kind in FACTS} for side in SIDES)
    subjects = {kind: fact.SUBJECT_FIELD for kind, fact in FACTS.items()}
    return Promise("unreleased", writer, reader, subjects, {topic.name: _of(topic) for topic in TOPICS})


def _of(topic: Topic) -> TopicPromise:
    facts = [fact.TYPE for fact in topic.family.facts]
    return {"source": topic.source, "order": str(topic.family.order), "partitions": topic.partitions, "facts": facts}


def folder(root: Path) -> Path:
    return root / "contracts" / "released"


def released(root: Path) -> list[Promise]:
    """All that was ever released, oldest first.

    Raises:
        ReleaseError: what lies among the releases is none, or is not whole.
    """
    there = [path.name for path in folder(root).iterdir()] if folder(root).is_dir() else []
    return [_kept(folder(root) / version) for version in sorted(there, key=numbers)]


def numbers(version: str) -> tuple[int, ...]:
    """The three numbers of `0.1.0`.

    Raises:
        ReleaseError: it is not written like that.
    """
    if VERSION.fullmatch(version) is None:
        message = f"{version} is not the number of a release: write it as 0.1.0"
        raise ReleaseError(message)
    return tuple(int(number) for number in version.split("."))


def _kept(place: Path) -> Promise:
    try:
        told = _read(place / TOPICS_FILE)
        writer, reader, examples = ({path.stem: _read(path) for path in (place / part).glob("*.json")} for part in (*SIDES, EXAMPLES))
        promise = Promise(place.name, writer, reader, told["subjects"], told["topics"])
    except (OSError, ValueError, KeyError) as error:
        raise _broken_off(place, type(error).__name__) from None
    if not writer.keys() == reader.keys() == examples.keys() == promise.subjects.keys():
        raise _broken_off(place, "a schema or an example is missing")
    return promise


def _broken_off(place: Path, why: str) -> ReleaseError:
    return ReleaseError(f"contracts/released/{place.name} is not whole ({why}): take it from version control again")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
