"""The data of a telling with what this release does not know of it, so that every release hashes one telling alike."""

from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from contracts.fact import Fact


def as_received(fact: Fact, data: dict[str, Any]) -> bytes | None:
    """What a release that knows every field of `data` would hash; None where this one knows them all already.

    What is known stands as this release writes it, without defaults. What is not stands where it stood, as it was written, and
    without nulls: a field that a later release adds is null unless something is told (`compatibility/sameness.py` sees to that).
    """
    return to_json(_told(fact, data)) if _is_more(fact, data) else None


def _is_more(known: object, received: object) -> bool:
    """Whether more was received than this release knows, at any depth."""
    if isinstance(received, dict) and isinstance(known, BaseModel):
        fields = type(known).model_fields
        return any(_is_more(getattr(known, name), value) if name in fields else value is not None for name, value in received.items())
    if isinstance(received, list) and isinstance(known, tuple):
        return any(map(_is_more, known, received))
    return False


def _told(known: object, received: object) -> Any:
    if isinstance(received, dict) and isinstance(known, BaseModel):
        return _told_part(known, received)
    if isinstance(received, list) and isinstance(known, tuple):
        return [_told(*both) for both in zip(known, received, strict=False)]
    return known


def _told_part(known: BaseModel, received: dict[str, Any]) -> dict[str, Any]:
    """In the order of the class; each field that it does not name comes after the one that it came after."""
    set_here = known.model_dump(exclude_defaults=True)
    strange = _by_the_field_before(type(known).model_fields, received)
    told = strange.get("", {})
    for name in type(known).model_fields:
        if name in set_here:
            told[name] = _told(getattr(known, name), received.get(name))
        told |= strange.get(name, {})
    return told


def _by_the_field_before(fields: Any, received: dict[str, Any]) -> dict[str, dict[str, Any]]:
    before, found = "", dict[str, dict[str, Any]]()
    for name, value in received.items():
        if name in fields:
            before = name
        elif value is not None:
            found.setdefault(before, {})[name] = _without_nulls(value)
    return found


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
