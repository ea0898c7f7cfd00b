"""The original of what is set aside: key, value and headers as the broker gave them, in one piece, sealed where they are personal."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.occasion import Coordinates
from chassis.vault import Vault
from contracts.catalogue import BY_NAME, Topic


class Raw(Protocol):
    """A value as the broker gave it, with its coordinates: aiokafka's record, or one taken up again from `held`."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class Original:
    """A value taken up again from `held`."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def pack(raw: Raw) -> bytes:
    """Key, value and headers as JSON, each piece in base64: no byte of them is lost, and null stays null."""
    headers = [[_letters(name.encode()), _letters(value)] for name, value in raw.headers]
    return json.dumps({"key": _letters(raw.key), "value": _letters(raw.value), "headers": headers}).encode()


def unpack(packed: bytes, at: Coordinates) -> Original:
    """What `pack` was given."""
    kept = json.loads(packed)
    headers = tuple(((_bytes(name) or b"").decode(), _bytes(value)) for name, value in kept["headers"])
    return Original(at.topic, at.partition, at.offset, _bytes(kept["key"]), _bytes(kept["value"]), headers)


def keep(vault: Vault | None, topic: Topic, at: Coordinates, raw: Raw) -> bytes:
    """As the database may hold it."""
    return pack(raw) if not topic.family.personal else _of(vault).seal(pack(raw), _context(at))


def take_up(vault: Vault | None, at: Coordinates, kept: bytes) -> Original:
    """As it came, from what `keep` made.

    Raises:
        ValueError: it was sealed under other keys, changed, or moved here from other coordinates.
    """
    return unpack(kept if not BY_NAME[at.topic].family.personal else _of(vault).open(kept, _context(at)), at)


def subject_of(vault: Vault | None, topic: Topic, subject: str | None) -> str | None:
    """By what a subject is found again: itself, or a keyed hash where it is somebody's own reference."""
    if subject is None or not topic.family.personal:
        return subject
    return _of(vault).lookup_hash(f"held.subject {topic.name}", subject).hex()


def _of(vault: Vault | None) -> Vault:
    if vault is None:
        message = "what is personal cannot be set aside without keys"
        raise RuntimeError(message)
    return vault


def _context(at: Coordinates) -> str:
    return f"held.original:{at.topic}/{at.partition}/{at.offset}"


def _letters(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(letters: str | None) -> bytes | None:
    return None if letters is None else b64decode(letters)
