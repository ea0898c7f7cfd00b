"""How something held is shown: whose it is only where that is a random id, and the original only to whoever says who asks and why."""

import argparse
import json
import os
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from asyncpg import Record

from chassis import originals
from chassis.occasion import Coordinates
from contracts.catalogue import BY_NAME
from landfall.operators import Connection, RefusedError
from trust.keys import Keys
from trust.vault import KeysVault

HIDDEN = "personal"
CANNOT_BE_OPENED = "cannot be opened"
TYPE = re.compile(r"[a-z-]{1,80}\.v[0-9]{1,4}")
LOOKED = "insert into looked_at (held_id, looked_by, reason) values ($1, $2, $3)"


def shown(row: Record) -> dict[str, Any]:
    """Everything but the original, and of personal topics, or topics of a newer release, not whom it is about."""
    found = {name: value for name, value in row.items() if name != "original"}
    if row["topic"] not in BY_NAME or BY_NAME[row["topic"]].family.personal:
        return found | {"subject": HIDDEN, "type": HIDDEN}
    try:
        original = originals.take_up(None, _at(row), row["original"])
    except (ValueError, KeyError, TypeError):
        return found | {"type": CANNOT_BE_OPENED, "value_sha256": None}
    return found | {"type": _type(original.value), "value_sha256": sha256(original.value or b"").hexdigest()}


async def with_original(connection: Connection, row: Record, arguments: argparse.Namespace) -> dict[str, Any]:
    """And the original, after it was put down who looks at it and why.

    Raises:
        RefusedError: who or why was not said, it is of a newer release, or it is sealed and there is no key file.
        ValueError: the key file is not one, or does not open it.
    """
    if arguments.by is None or arguments.reason is None:
        message = "whoever looks at an original says who and why: --by and --reason"
        raise RefusedError(message)
    if row["topic"] not in BY_NAME:
        message = "this release knows no such topic: look where the release runs that held it"
        raise RefusedError(message)
    original = originals.take_up(_vault(row, arguments.key_file), _at(row), row["original"])
    await connection.execute(LOOKED, row["held_id"], arguments.by, arguments.reason)
    headers = [(name, _letters(value)) for name, value in original.headers]
    return shown(row) | {"key": _letters(original.key), "value": _letters(original.value), "headers": headers}


def _vault(row: Record, key_file: str | None) -> KeysVault | None:
    if not BY_NAME[row["topic"]].family.personal:
        return None
    named = key_file or os.environ.get("LANDFALL_KEY_FILE")
    if named is None:
        message = "it is sealed: give the service's --key-file, or set LANDFALL_KEY_FILE"
        raise RefusedError(message)
    return KeysVault(Keys.from_file(Path(named)))


def _at(row: Record) -> Coordinates:
    return Coordinates(row["topic"], row["partition"], row["offset"])


def _type(value: bytes | None) -> str | None:
    """The type it says it has, if that looks like one."""
    try:
        told = str(json.loads(value or b"")["type"])
    except (ValueError, KeyError, TypeError):
        return None
    return told if TYPE.fullmatch(told) else None


def _letters(value: bytes | None) -> str | None:
    """As text where it is text, else in base64."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"base64:{b64encode(value).decode()}"
