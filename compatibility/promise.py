"""What the contracts promise to others: as the code stands, and as each release in `contracts/released` froze it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from compatibility.plain import Schema
from contracts.catalogue import FACTS, TOPICS, Topic
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.generate import ROOT
from contracts.schema_files import schemas

SIDES = ("writer", "reader")
PROMISE_FILE = "promise.json"
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
    """One release: by type both schemas, the golden example, its content hash in hex and the field it is about; topics by name."""

    version: str
    writer: Mapping[str, Schema]
    reader: Mapping[str, Schema]
    examples: Mapping[str, str]
    hashes: Mapping[str, str]
    subjects: Mapping[str, str]
    topics: Mapping[str, TopicPromise]


def now(root: Path = ROOT) -> Promise:
    """What the code promises as it stands, and the examples beside it."""
    made = schemas()
    writer, reader = ({kind: made[f"{side}/{kind}.json"] for kind in FACTS} for side in SIDES)
    subjects = {kind: fact.SUBJECT_FIELD for kind, fact in FACTS.items()}
    examples = {kind: (root / "contracts" / EXAMPLES / f"{kind}.json").read_text(encoding="utf-8") for kind in FACTS}
    hashes = {kind: hash_of(fact, examples[kind]) for kind, fact in FACTS.items()}
    return Promise("unreleased", writer, reader, examples, hashes, subjects, {topic.name: _of(topic) for topic in TOPICS})


def hash_of(fact: type[Fact], example: str) -> str:
    """The content hash of a telling, in hex.

    Raises:
        pydantic.ValidationError: this class does not read it.
    """
    envelope: Envelope[Fact] = Envelope[fact].received(example.encode())  # type: ignore[valid-type]  # the class is chosen where it runs
    return envelope.content_hash.hex()


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
        told = json.loads((place / PROMISE_FILE).read_text(encoding="utf-8"))
        writer, reader = ({kind: json.loads(text) for kind, text in _texts(place / side).items()} for side in SIDES)
        promise = Promise(place.name, writer, reader, _texts(place / EXAMPLES), told["hashes"], told["subjects"], told["topics"])
    except (OSError, ValueError, KeyError) as error:
        raise _broken_off(place, type(error).__name__) from None
    if not writer.keys() == reader.keys() == promise.examples.keys() == promise.hashes.keys() == promise.subjects.keys():
        raise _broken_off(place, "a schema or an example is missing")
    return promise


def _broken_off(place: Path, why: str) -> ReleaseError:
    return ReleaseError(f"contracts/released/{place.name} is not whole ({why}): take it from version control again")


def _texts(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
