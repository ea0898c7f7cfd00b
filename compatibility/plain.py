"""A schema without references and without what says nothing about values, so that two of them can be laid side by side."""

from collections.abc import Mapping
from typing import Any

from compatibility.patterns import UntoldError

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset({"$schema", "$defs", "title", "description", "default", "examples", "deprecated"})
UNDERSTOOD = frozenset({
    "type", "enum", "const", "anyOf", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "uniqueItems",
})  # fmt: skip
REFERENCE = "#/$defs/"


def plain(schema: Schema) -> dict[str, Any]:
    """The schema with every reference replaced by what it refers to.

    Raises:
        UntoldError: a keyword is not one of those whose comparison was tried, or a part contains itself.
    """
    return _plain(schema, schema.get("$defs", {}), ())


def _plain(part: Schema, parts: Mapping[str, Schema], within: tuple[str, ...]) -> dict[str, Any]:
    said = {keyword: value for keyword, value in part.items() if keyword not in ANNOTATIONS}
    if "$ref" in said:
        name = _referred(said, parts, within)
        return _plain(parts[name], parts, (*within, name))
    strange = _not_understood(said)
    if strange:
        message = f"the comparison does not understand {strange}: teach it, or say it otherwise"
        raise UntoldError(message)
    return {keyword: _inner(keyword, value, parts, within) for keyword, value in said.items()}


def _not_understood(said: Schema) -> str:
    strange = sorted(said.keys() - UNDERSTOOD)
    if strange:
        return ", ".join(strange)
    if "anyOf" in said and len(said) > 1:
        return "anything beside anyOf"
    untyped = said and said.keys().isdisjoint({"type", "enum", "const", "anyOf"})
    return "a part that is not of one type" if untyped or isinstance(said.get("type"), list) else ""


def _inner(keyword: str, value: Any, parts: Mapping[str, Schema], within: tuple[str, ...]) -> Any:
    match keyword:
        case "properties":
            return {name: _plain(held, parts, within) for name, held in value.items()}
        case "anyOf":
            return [_plain(choice, parts, within) for choice in value]
        case "items" | "additionalProperties" if isinstance(value, Mapping):
            return _plain(value, parts, within)
        case _:
            return value


def _referred(said: Schema, parts: Mapping[str, Schema], within: tuple[str, ...]) -> str:
    """The name of the part that stands here."""
    name: str = said["$ref"].removeprefix(REFERENCE)
    beside = sorted(said.keys() - {"$ref"})
    if name in within or name not in parts or beside:
        holds = f"{name} contains itself" if name in within else f"there is no part {name}"
        message = f"{', '.join(beside)} stands beside a reference: put it into {name}" if beside else holds
        raise UntoldError(message)
    return name
