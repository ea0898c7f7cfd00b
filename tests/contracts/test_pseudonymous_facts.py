"""Facts topics hold ids, days, code lists, forces and counts. A field of any other kind could name somebody."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts import codes
from contracts.catalogue import FAMILIES
from contracts.fact import Fact
from contracts.forces import TAKING_HANDOVERS

# Neither days of a scenario nor figures are about anybody; what a figure may hold is asked of it in test_statistics.
ABOUT_NOBODY = {"clock", "quiet", "statistics"}
FACTS = [fact for family in FAMILIES if not family.personal and family.name not in ABOUT_NOBODY for fact in family.facts]
CODE_LISTS = {name for name in vars(codes) if name[0].isupper()} - {"StrEnum"}


def _may_be_told(held: Mapping[str, Any]) -> bool:
    match held:
        case {"anyOf": list(choices)}:
            return all(choice == {"type": "null"} or _may_be_told(choice) for choice in choices)
        case {"type": "string", "format": "uuid" | "date"} | {"type": "integer"}:
            return True
        case {"enum": list(values)}:
            return values == list(TAKING_HANDOVERS)
        case {"$ref": str(place)}:
            return place.rsplit("/", 1)[1] in CODE_LISTS
        case _:
            return False


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TYPE)
def test_a_fact_holds_nothing_that_could_name_a_person(fact: type[Fact]) -> None:
    fields = fact.model_json_schema(mode="serialization")["properties"]

    refused = [name for name, held in fields.items() if not _may_be_told(held)]

    assert refused == []


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TYPE)
def test_the_subject_of_a_fact_is_a_random_id(fact: type[Fact]) -> None:
    subject = fact.model_json_schema(mode="serialization")["properties"][fact.SUBJECT_FIELD]

    assert subject["format"] == "uuid"


@pytest.mark.parametrize(
    "held",
    [
        {"type": "string"},
        {"type": "string", "format": "date-time"},
        {"type": "array", "items": {"type": "string"}},
        {"$ref": "#/$defs/Person"},
    ],
)
def test_free_text_instants_lists_and_persons_would_be_found(held: Mapping[str, Any]) -> None:
    assert not _may_be_told(held)
