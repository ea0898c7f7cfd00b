"""Whether all that one schema allows is allowed by another: every rule that our schemas use, the wider beside the narrower.

`jsoncompat` calls one pattern or format beside another compatible, whatever they are; what it is blind to must be found all the same.
"""

from typing import Any

import jsoncompat
import pytest

from compatibility.fit import misfits
from contracts.catalogue import FACTS
from contracts.schema_files import schemas

Schema = dict[str, Any]

MADE = schemas()

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
NOTHING: Schema = {"type": "null"}


def _text(**rules: object) -> Schema:
    return {"type": "string", **rules}


def _list(items: Schema, **rules: object) -> Schema:
    return {"type": "array", "items": items, **rules}


def _object(*needed: str, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(needed)}


def _closed(*needed: str, **fields: Schema) -> Schema:
    return {**_object(*needed, **fields), "additionalProperties": False}


def _by_name(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


WIDER_AND_NARROWER: dict[str, tuple[Schema, Schema]] = {
    "any text, a pattern": (TEXT, _text(pattern="^[A-Z]{2}$")),
    "a wide pattern, a narrow one": (_text(pattern="^[A-Za-z]{2}$"), _text(pattern="^[A-Z]{2}$")),
    "any text, a format": (TEXT, _text(format="uuid")),
    "any text, a code list": (TEXT, {"enum": ["a", "b"]}),
    "a pattern, a code list that keeps to it": (_text(pattern="^[a-z]$"), {"enum": ["a", "b"]}),
    "a long code list, a short one": ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    "a code list, one constant": ({"enum": ["a", "b"]}, {"const": "a"}),
    "long text, short text": (_text(maxLength=5), _text(maxLength=4)),
    "short text, text that is not too short": (TEXT, _text(minLength=1)),
    "any number, a small one": (NUMBER, {"type": "integer", "maximum": 12}),
    "any number, a positive one": ({"type": "integer", "minimum": 0}, {"type": "integer", "exclusiveMinimum": 0}),
    "text or nothing, text": ({"anyOf": [TEXT, NOTHING]}, TEXT),
    "text or nothing, nothing": ({"anyOf": [TEXT, NOTHING]}, NOTHING),
    "a date or nothing, both in another order but narrower": (
        {"anyOf": [TEXT, NOTHING]}, {"anyOf": [NOTHING, _text(format="date")]},
    ),
    "a list of anything, a list of text": ({"type": "array"}, _list(TEXT)),
    "a list of text, a list of codes": (_list(TEXT), _list(_text(pattern="^a$"))),
    "a long list, a short one": (_list(TEXT, maxItems=3), _list(TEXT, maxItems=2)),
    "a list, a list that is not empty": (_list(TEXT), _list(TEXT, minItems=1)),
    "a list, a list without doubles": (_list(TEXT), _list(TEXT, uniqueItems=True)),
    "an optional field, a needed one": (_object(a=TEXT), _object("a", a=TEXT)),
    "an open object, a closed one": (_object(a=TEXT), _closed(a=TEXT)),
    "any field, a field of text": (_object(), _object(a=TEXT)),
    "a field of text, a field of dates": (_closed("a", a=TEXT), _closed("a", a=_text(format="date"))),
    "numbers by name, positive numbers by name": (_by_name(NUMBER), _by_name({"type": "integer", "minimum": 1})),
    "anything by name, numbers by name": ({"type": "object"}, _by_name(NUMBER)),
    "numbers by name, one number": (_by_name(NUMBER), _closed(a=NUMBER)),
    "deep inside: text, a date": (
        _closed(a=_list(_closed(b={"anyOf": [TEXT, NOTHING]}))), _closed(a=_list(_closed(b={"anyOf": [_text(format="date"), NOTHING]}))),
    ),
    "behind a reference: text, a date": (
        {**_closed(a={"$ref": "#/$defs/Any"}), "$defs": {"Any": TEXT}},
        {**_closed(a={"$ref": "#/$defs/Day"}), "$defs": {"Day": _text(format="date")}},
    ),
}  # fmt: skip

APART: dict[str, tuple[Schema, Schema]] = {
    "a date, an instant": (_text(format="date"), _text(format="date-time")),
    "a pattern, another": (_text(pattern="^a$"), _text(pattern="^b$")),
    "a format, a pattern": (_text(format="date"), _text(pattern="^[0-9-]*$")),
    "text, a number": (TEXT, NUMBER),
    "a code list, another": ({"enum": ["a"]}, {"enum": ["b"]}),
    "a code list, a pattern it does not keep to": ({"enum": ["ab"]}, _text(pattern="^[A-Z]$")),
    "text or nothing, a number or nothing": ({"anyOf": [TEXT, NOTHING]}, {"anyOf": [NUMBER, NOTHING]}),
}


@pytest.mark.parametrize(("wider", "narrower"), WIDER_AND_NARROWER.values(), ids=WIDER_AND_NARROWER)
def test_a_reader_takes_what_is_narrower_and_itself_and_refuses_what_is_wider(wider: Schema, narrower: Schema) -> None:
    assert misfits(narrower, wider) == []
    assert misfits(wider, wider) == misfits(narrower, narrower) == []

    assert misfits(wider, narrower) != []


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART)
def test_what_lies_apart_is_refused_both_ways(one: Schema, other: Schema) -> None:
    assert misfits(one, other) != []
    assert misfits(other, one) != []


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"oneOf": [TEXT, NOTHING]}, "oneOf"),
        ({"type": "object", "patternProperties": {"^a$": TEXT}}, "patternProperties"),
        ({"type": ["string", "null"]}, "not of one type"),
        ({"pattern": "^a$"}, "not of one type"),
        ({"anyOf": [TEXT, NOTHING], "maxLength": 3}, "beside anyOf"),
        ({"$ref": "#/$defs/Any", "pattern": "^a$", "$defs": {"Any": TEXT}}, "pattern stands beside a reference"),
        ({"$ref": "#/$defs/Any"}, "no part Any"),
        ({"$ref": "#/$defs/Tree", "$defs": {"Tree": _object(branch={"$ref": "#/$defs/Tree"})}}, "Tree contains itself"),
    ],
)
def test_what_nobody_can_tell_is_never_taken_for_compatible(schema: Schema, word: str) -> None:
    (misfit,) = misfits(schema, schema)

    assert misfit.rule.startswith("cannot be compared: ")
    assert word in misfit.rule


def test_a_schema_that_jsoncompat_refuses_is_never_taken_for_compatible() -> None:
    broken = {"type": "integer", "minimum": "low"}

    (misfit,) = misfits(broken, broken)

    assert "jsoncompat gives no answer" in misfit.rule


def test_a_misfit_names_its_place() -> None:
    wide = _closed(people=_list(_closed(heard=_by_name(TEXT))))
    narrow = _closed(people=_list(_closed(heard=_by_name(_text(format="date")))))

    assert [str(each) for each in misfits(wide, narrow)] == [
        'people[].heard{}: must be a date to be read, and is written as {"type": "string"}'
    ]


def test_jsoncompat_alone_would_not_have_seen_a_format_that_changed() -> None:
    assert jsoncompat.check_compat('{"type":"string","format":"date"}', '{"type":"string","format":"uuid"}', "both")


@pytest.mark.parametrize("kind", FACTS)
def test_every_reader_takes_what_its_own_writer_says(kind: str) -> None:
    assert misfits(MADE[f"writer/{kind}.json"], MADE[f"reader/{kind}.json"]) == []
