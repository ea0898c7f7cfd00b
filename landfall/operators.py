"""What every operator's command asks, who is at the keyboard and why, and how it answers."""

import argparse
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from contracts.identifiers import StaffNumber

if TYPE_CHECKING:
    import asyncpg

STAFF = TypeAdapter[str](StaffNumber)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class RefusedError(ValueError):
    """The command cannot do what it was asked; the text says what to do instead."""


def add_who_and_why(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Both are kept."""
    parser.add_argument("--by", type=_staff_number, required=required, help="your collar or staff number, never a name")
    parser.add_argument("--reason", required=required, help="why; it is kept, so name nobody")


def _staff_number(text: str) -> str:
    try:
        return STAFF.validate_python(text)
    except ValidationError:
        message = f"{text!r} is no collar or staff number"
        raise argparse.ArgumentTypeError(message) from None


def tell(rows: Iterable[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """A table of those columns, or with `as_json` one JSON array of everything."""
    found = list(rows)
    if as_json:
        say(json.dumps(found, indent=2, default=str))
        return
    cells = [columns, *[["" if row[name] is None else str(row[name]) for name in columns] for row in found]]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def say(text: str) -> None:
    print(text)  # noqa: T201 - this is what the command is for
