"""What every operator's command asks: which service's database, who is at the keyboard, and why."""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeAlias

import asyncpg

STAFF = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}")
VARIABLE = "LANDFALL_DATABASE_URL"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Command: TypeAlias = Callable[[Connection, argparse.Namespace], Awaitable[int]]


class RefusedError(ValueError):
    """The command cannot do what it was asked; the text says what to do instead."""


def add_database(parser: argparse.ArgumentParser) -> None:
    """Where the service's database is; better in the environment, because a command line can be seen by others."""
    parser.add_argument("--database-url", default=os.environ.get(VARIABLE), help=f"the service's database, as the service; else {VARIABLE}")


def add_who_and_why(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Both are kept."""
    parser.add_argument("--by", type=_staff_number, required=required, help="your collar or staff number, never a name")
    parser.add_argument("--reason", required=required, help="why; it is kept, so name nobody")


def _staff_number(text: str) -> str:
    if STAFF.fullmatch(text) is None:
        message = f"{text!r} is no collar or staff number"
        raise argparse.ArgumentTypeError(message)
    return text


def run_on_database(command: Command, arguments: argparse.Namespace) -> int:
    """Run it; 1 with the reason on standard error where it is refused or the database does not answer."""
    try:
        return asyncio.run(_run(command, arguments))
    except (RefusedError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"not done: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1


async def _run(command: Command, arguments: argparse.Namespace) -> int:
    if arguments.database_url is None:
        message = f"say whose database: set {VARIABLE} or give --database-url"
        raise RefusedError(message)
    connection = await asyncpg.connect(arguments.database_url, timeout=10, command_timeout=60)
    try:
        return await command(connection, arguments)
    finally:
        await connection.close()


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
