"""Whether a fact with other fields tells the same, with the same hash, to who knows them and to who does not.

Readers keep hashes for ever. One that heard a new field before it knew it hears the same telling again once it does
(`contracts/as_received.py`), and what lies on a topic for ever still tells all that it told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compatibility.fit import Misfit
from compatibility.plain import REFERENCE, Schema

NEW = "is new, and must be null by default, and then only: whoever does not know it hashes whatever else is told there"
CHANGED = "has another default now: what was told with it, or without it, would be hashed otherwise"
GONE = "is gone, or has another name: what was told in it would be read as nothing, and nobody would notice"
MOVED = "has its fields in another order: what was told would be hashed otherwise when it is told again"


def differences(before: Schema, now: Schema) -> list[Misfit]:
    """Each field of two readers' schemas that can both read what the other's writer says, through which one telling becomes another."""
    return list(_within("data", _fields(before["properties"]["data"], before), _fields(now["properties"]["data"], now), before, now))


def _within(place: str, known: Mapping[str, Schema], fields: Mapping[str, Schema], before: Schema, now: Schema) -> Iterator[Misfit]:
    yield from (Misfit(f"{place}.{name}", GONE) for name in known if name not in fields)
    if [name for name in known if name in fields] != [name for name in fields if name in known]:
        yield Misfit(place, MOVED)
    for name, field in fields.items():
        here = f"{place}.{name}"
        if name not in known and not _is_silent(field):
            yield Misfit(here, NEW)
        if name in known and "default" in known[name].keys() & field.keys() and known[name]["default"] != field["default"]:
            yield Misfit(here, CHANGED)
        yield from _within(here, _fields(known.get(name, {}), before), _fields(field, now), before, now)


def _is_silent(field: Schema) -> bool:
    """Whether it is null where nothing is told; what is always told and never null is so too."""
    return field["default"] is None if "default" in field else {"type": "null"} not in field.get("anyOf", ())


def _fields(part: Schema, whole: Schema) -> dict[str, Any]:
    """The fields of the part that stands here, be it one of several choices or one of many items."""
    if "$ref" in part:
        return _fields(whole["$defs"][part["$ref"].removeprefix(REFERENCE)], whole)
    inside = [*part.get("anyOf", ()), *([part["items"]] if "items" in part else ())]
    return {**part.get("properties", {}), **{name: held for each in inside for name, held in _fields(each, whole).items()}}
