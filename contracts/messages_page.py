"""The page that shows every topic and every telling to people who connect to us: `docs/messages.md`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.catalogue import FAMILIES, Family, topic_name
from contracts.fact import Fact
from contracts.forces import TAKING_HANDOVERS
from contracts.schema_files import Schema, schemas

HEAD = """\
# Messages

Made by `python -m contracts.generate` from `contracts/`; change it there.

Every message value is one CloudEvents 1.0 JSON (`application/cloudevents+json`). The schemas are in `contracts/schemas`: `writer/` is
closed and says what is written, `reader/` is open and says what a reader needs. The examples tell one story with invented people:
a man convicted in Indonesia is notified through INTERPOL, a record is created, intelligence is asked for, his deportation is
announced, Cleveland Police accept him and manage him from the day he lands. What did not happen to him happened to others.

## Topics
"""


def page(examples: Mapping[str, str]) -> str:
    """The whole page. `examples` holds the golden example of every type, as it is in its file."""
    made = schemas()
    parts = _shared_parts(made)
    lines = [HEAD, *_topic_table(), "", "## Facts", ""]
    for family in FAMILIES:
        for fact in family.facts:
            lines += _fact_section(family, fact, made[f"writer/{fact.TYPE}.json"], examples[fact.TYPE])
    lines += ["## Parts", "", *(line for name, part in parts if "properties" in part for line in _part_section(name, part))]
    lines += ["## Code lists", "", *(line for name, part in parts if "enum" in part for line in _code_list(name, part))]
    return "\n".join(lines).rstrip() + "\n"


def _shared_parts(made: Mapping[str, Schema]) -> list[tuple[str, Schema]]:
    facts = {fact.__name__ for family in FAMILIES for fact in family.facts}
    found = {name: part for schema in made.values() for name, part in schema["$defs"].items() if name not in facts}
    return sorted(found.items())


def _topic_table() -> Iterator[str]:
    yield "| topic | owner → readers | key | order | partitions | kept | facts |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for family in FAMILIES:
        kept = _kept(family)
        facts = ", ".join(f"[{fact.__name__}](#{fact.__name__.lower()})" for fact in family.facts)
        readers = ", ".join(family.readers)
        columns = (f"`{_name(family)}`", f"{family.owner} → {readers}", family.key, family.order, family.partitions)
        yield f"| {' | '.join(map(str, columns))} | {kept}{', personal' if family.personal else ''} | {facts} |"
    for family in FAMILIES:
        if family.principals and family.principals != TAKING_HANDOVERS:
            yield f"\n`<{family.each}>` in `{_name(family)}`: {_codes(family.principals)}."
    yield f"\n`<force>`: {_codes(TAKING_HANDOVERS)}."


def _kept(family: Family) -> str:
    if family.compacted:
        return "the latest of each key"
    return "for ever" if family.kept_days is None else f"{family.kept_days} days"


def _name(family: Family) -> str:
    return topic_name(family.name, f"<{family.each}>" if family.each else None)


def _fact_section(family: Family, fact: type[Fact], schema: Schema, example: str) -> Iterable[str]:
    return [
        *_part_section(fact.__name__, schema["$defs"][fact.__name__]),
        f"Type `{fact.TYPE}` on `{_name(family)}`; subject: `{fact.SUBJECT_FIELD}`.",
        *("", "```json", example.rstrip(), "```", ""),
    ]


def _part_section(name: str, part: Schema) -> Iterator[str]:
    yield from (f"### {name}", "", " ".join(part.get("description", "").split()), "", "| field | holds | needed |", "| --- | --- | --- |")
    for field, held in part["properties"].items():
        yield f"| `{field}` | {_kind(held)} | {'yes' if field in part.get('required', ()) else 'no'} |"
    yield ""


def _code_list(name: str, part: Schema) -> Iterator[str]:
    yield from (f"### {name}", "", " ".join(part.get("description", "").split()), "", _codes(part["enum"]), "")


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _kind(held: Mapping[str, Any]) -> str:
    match held:
        case {"$ref": str(place)}:
            name = place.rsplit("/", 1)[1]
            words = "a date known in full or in part" if name == "PartialDate" else f"[{name}](#{name.lower()})"
        case {"anyOf": list(choices)}:
            words = " or ".join(_kind(choice) for choice in choices)
        case {"type": "array", "items": dict(items)}:
            words = f"list of {_kind(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            words = f"{_kind(values)} by name"
        case {"enum": list(values)} if values == list(TAKING_HANDOVERS):
            words = "the slug of a force"
        case {"format": str(form)}:
            words = form
        case {"pattern": str(pattern)} if "\\u" not in pattern:
            words = f"text like `{pattern.replace('|', chr(92) + '|')}`"
        case {"type": str(kind)}:
            words = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
        case _:
            message = f"no words for this schema: {sorted(held)}"
            raise ValueError(message)
    return words
