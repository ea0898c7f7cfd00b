"""Who runs one release reads what another says, in both directions: golden examples of each against schemas and code of the other."""

import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

import jsoncompat
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from compatibility.promise import folder
from contracts import wire
from contracts.generate import ROOT
from contracts.schema_files import schemas
from tests.contracts.golden import bytes_of, example, topic_for

MADE = schemas()
RELEASES = sorted(path.name for path in folder(ROOT).iterdir())
KEPT = [(version, path.stem) for version in RELEASES for path in sorted((folder(ROOT) / version / "examples").glob("*.json"))]


def _kept(version: str, part: str, kind: str) -> Path:
    return folder(ROOT) / version / part / f"{kind}.json"


def _validator(version: str, side: str, kind: str) -> Any:
    schema = json.loads(_kept(version, side, kind).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _without_what_is_new_and_null(told: Any, again: Any) -> Any:
    """What is said again, at any depth, but for the fields that a release did not have and that tell nothing (decision 0008)."""
    if isinstance(told, dict) and isinstance(again, dict):
        known = {name: value for name, value in again.items() if name in told or value is not None}
        return {name: _without_what_is_new_and_null(told.get(name), value) for name, value in known.items()}
    if isinstance(told, list) and isinstance(again, list):
        return [_without_what_is_new_and_null(*both) for both in zip_longest(told, again)]
    return again


@pytest.mark.parametrize(("version", "kind"), KEPT)
def test_what_a_release_said_is_read_now_and_said_again_unchanged(version: str, kind: str) -> None:
    told = _kept(version, "examples", kind).read_bytes()

    envelope = wire.decode(topic_for(json.loads(told)), told)

    assert _without_what_is_new_and_null(json.loads(told), json.loads(envelope.to_bytes())) == json.loads(told)


@pytest.mark.parametrize(
    ("again", "unchanged"),
    [
        ({"data": {"people": [{"sex": "male", "eyes": None}]}}, True),
        ({"data": {"people": [{"sex": "male", "eyes": "green"}]}}, False),
        ({"data": {"people": [{"sex": "male"}, {"sex": "male"}]}}, False),
        ({"data": {"people": [{"sex": None}]}}, False),
        ({"data": {"people": []}}, False),
        ({"data": {}}, False),
    ],
)
def test_only_what_is_new_and_tells_nothing_leaves_a_telling_as_it_was(again: dict[str, Any], *, unchanged: bool) -> None:
    told = {"data": {"people": [{"sex": "male"}]}}

    assert (_without_what_is_new_and_null(told, again) == told) is unchanged


@pytest.mark.parametrize(("version", "kind"), KEPT)
def test_what_is_said_now_is_read_by_a_release(version: str, kind: str) -> None:
    now = example(kind)

    said = json.loads(wire.decode(topic_for(now), bytes_of(now)).to_bytes())

    _validator(version, "reader", kind).validate(said)


@pytest.mark.parametrize(("version", "kind"), KEPT)
def test_what_a_release_said_keeps_to_both_its_schemas(version: str, kind: str) -> None:
    told = json.loads(_kept(version, "examples", kind).read_bytes())

    for side in ("writer", "reader"):
        _validator(version, side, kind).validate(told)


def test_the_schemas_that_are_kept_refuse_what_they_do_not_allow() -> None:
    told = example("record-closed.v1")
    told["data"]["reason"] = "forgotten"

    with pytest.raises(ValidationError, match="forgotten"):
        _validator("0.1.0", "reader", "record-closed.v1").validate(told)


@pytest.mark.parametrize(("version", "kind"), KEPT)
def test_jsoncompat_says_the_same_of_whole_schemas_as_of_their_places(version: str, kind: str) -> None:
    writer, reader = (_kept(version, side, kind).read_text(encoding="utf-8") for side in ("writer", "reader"))

    assert jsoncompat.check_compat(writer, json.dumps(MADE[f"reader/{kind}.json"]), "deserializer")
    assert jsoncompat.check_compat(reader, json.dumps(MADE[f"writer/{kind}.json"]), "serializer")
