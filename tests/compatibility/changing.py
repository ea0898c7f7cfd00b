"""The contracts as they would be if one fact were changed, compared as `make check` compares them."""

from dataclasses import replace

from compatibility.check import breaks
from compatibility.promise import Promise, now, released
from contracts.catalogue import FAMILIES, Family
from contracts.fact import Fact
from contracts.generate import ROOT
from contracts.schema_files import reader_schema, writer_schema


def family_of(fact: type[Fact]) -> Family:
    return next(family for family in FAMILIES if family.name == fact.FAMILY)


def with_changed(fact: type[Fact], family: Family | None = None, version: str = "unreleased") -> Promise:
    """What the code would promise if this class were that of its type."""
    as_it_is, home = now(), family or family_of(fact)
    return replace(
        as_it_is,
        version=version,
        writer={**as_it_is.writer, fact.TYPE: writer_schema(home, fact)},
        reader={**as_it_is.reader, fact.TYPE: reader_schema(home, fact)},
        subjects={**as_it_is.subjects, fact.TYPE: fact.SUBJECT_FIELD},
    )


def broken_by(changed: Promise) -> list[str]:
    """What `make check` says about 0.1.0."""
    return breaks(changed, [release for release in released(ROOT) if release.version == "0.1.0"])
