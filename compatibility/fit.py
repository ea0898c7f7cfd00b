"""Whether a reader can use everything that a writer may say, and if not, at which place which rule stands against it.

`jsoncompat` decides each place by itself, with what lies inside taken out. It is blind to formats and to one pattern beside another
(it calls them compatible), so text is compared here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsoncompat

from compatibility.patterns import UntoldError, includes
from compatibility.plain import Schema, plain

EACH_ITEM, EACH_VALUE = "[]", "{}"


@dataclass(frozen=True)
class Misfit:
    """A place in a telling such as `data.sanctions[].months`, and why not everything written there can be read."""

    place: str
    rule: str

    def __str__(self) -> str:
        return f"{self.place or 'the telling'}: {self.rule}"


def misfits(writer: Schema, reader: Schema) -> list[Misfit]:
    """Everything that the writer's schema allows and the reader's does not; where that cannot be told, that too is one."""
    try:
        return list(_at("", plain(writer), plain(reader)))
    except UntoldError as untold:
        return [Misfit("", f"cannot be compared: {untold}")]


def _at(place: str, writer: Schema, reader: Schema) -> Iterator[Misfit]:
    if "anyOf" in writer:
        for choice in writer["anyOf"]:
            yield from _at(place, choice, reader)
    elif "anyOf" in reader:
        yield from _nearest(place, writer, reader["anyOf"])
    else:
        yield from _here(place, writer, reader)
        for inside, said, asked in _inside(writer, reader):
            yield from _at(f"{place}{inside}".removeprefix("."), said, asked)


def _nearest(place: str, writer: Schema, choices: list[Schema]) -> list[Misfit]:
    """Nothing if one choice of the reader takes all; else what stands against the one that is most alike."""
    tried = [(choice.get("type") != writer.get("type"), list(_at(place, writer, choice))) for choice in choices]
    return [] if any(not found for _, found in tried) else min(tried, key=lambda each: (each[0], len(each[1])))[1]


def _inside(writer: Schema, reader: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    """What lies inside on both sides: where a field is not named, what is said there of fields with any name counts."""
    if writer.get("type") != reader.get("type"):
        return
    said, asked = writer.get("properties", {}), reader.get("properties", {})
    for name in dict.fromkeys([*said, *asked]):
        yield from _both(f".{name}", said.get(name, _others(writer)), asked.get(name, _others(reader)))
    yield from _both(EACH_VALUE, _others(writer), _others(reader))
    yield from _both(EACH_ITEM, writer.get("items", True), reader.get("items", True))


def _others(part: Schema) -> Any:
    return part.get("additionalProperties", True)


def _both(place: str, said: Any, asked: Any) -> Iterator[tuple[str, Schema, Schema]]:
    """Nothing to compare where nothing may be written, where anything may be read, or where the place above already refuses it."""
    if said is not False and isinstance(asked, Mapping):
        yield place, said if isinstance(said, Mapping) else {}, asked


def _here(place: str, writer: Schema, reader: Schema) -> Iterator[Misfit]:
    if not _accepts(_hollow(reader), _hollow(writer)):
        yield from _named(place, writer, reader)
    if writer.get("type") in (None, reader.get("type")):
        yield from (Misfit(place, rule) for rule in _textual(writer, reader))


def _hollow(part: Schema) -> dict[str, Any]:
    """The part with what lies inside left open: it is compared at its own place."""
    opened: dict[str, Any] = {"properties": dict.fromkeys(part.get("properties", ()), True), "items": True}
    if isinstance(part.get("additionalProperties"), Mapping):
        opened["additionalProperties"] = True
    return {keyword: opened.get(keyword, value) for keyword, value in part.items()}


def _accepts(reader: Schema, writer: Schema) -> bool:
    try:
        return jsoncompat.check_compat(json.dumps(writer), json.dumps(reader), "deserializer")
    except ValueError as error:
        message = f"jsoncompat gives no answer: {error}"
        raise UntoldError(message) from None


def _named(place: str, writer: Schema, reader: Schema) -> Iterator[Misfit]:
    said, asked = writer.get("type"), reader.get("type")
    missing = [name for name in reader.get("required", ()) if name not in writer.get("required", ())]
    unknown = [value for value in _values(writer) if value not in _values(reader)] if _values(reader) else []
    if None not in (said, asked) and said != asked:
        yield Misfit(place, f"is written as {said}, and read as {asked}")
    elif missing:
        yield from (Misfit(f"{place}.{name}".removeprefix("."), "is needed to read it, and is not always written") for name in missing)
    elif unknown:
        yield Misfit(place, f"may be {', '.join(map(repr, unknown))}, which the reader refuses")
    else:
        yield Misfit(place, f"is written as {_shown(writer)}, and read as {_shown(reader)}")


def _values(part: Schema) -> list[Any]:
    return part.get("enum") or ([part["const"]] if "const" in part else [])


def _shown(part: Schema) -> str:
    return json.dumps({keyword: value for keyword, value in _hollow(part).items() if keyword not in {"properties", "items"}})


def _textual(writer: Schema, reader: Schema) -> Iterator[str]:
    form, pattern = reader.get("format"), reader.get("pattern")
    if form not in (None, writer.get("format")):
        yield f"must be a {form} to be read, and is written as {_shown(writer)}"
    if pattern is None or _values(writer):
        return
    if "pattern" not in writer or not includes(pattern, writer["pattern"]):
        yield f"must match {pattern} to be read, and is written as {_shown(writer)}"
