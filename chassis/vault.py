"""What a service's keys do for the chassis: what is personal is never set aside readable, and keys that do not fit are noticed at once."""

from typing import Protocol

from chassis.database import Pool

PROBE = "key_check.probe"
KEEP = "insert into key_check (lookup, probe) values ($1, $2) on conflict do nothing"
READ = "select lookup, probe from key_check"


class ForeignKeysError(RuntimeError):
    """The keys in use are not those that this database was sealed under: nobody would be recognised, and everybody recorded twice."""

    def __init__(self) -> None:
        super().__init__("the key file is not the one this database was sealed under; set LANDFALL_KEY_FILE to that one")


class Vault(Protocol):
    """Seals and opens for one service. `context` names the one place where something sealed may be opened again.

    Raises:
        ValueError: `open` was given what these keys did not seal there.
    """

    def seal(self, plaintext: bytes, context: str) -> bytes: ...
    def open(self, sealed: bytes, context: str) -> bytes: ...
    def lookup_hash(self, kind: str, value: str) -> bytes: ...


async def check_keys(pool: Pool, vault: Vault) -> None:
    """Leave a mark at the first start, and compare it at every later one.

    Raises:
        ForeignKeysError: the mark was left with other keys.
    """
    lookup = vault.lookup_hash(PROBE, "")
    await pool.execute(KEEP, lookup, vault.seal(lookup, PROBE))
    row = await pool.fetchrow(READ)
    if row is None or not _fits(vault, lookup, row["lookup"], row["probe"]):
        raise ForeignKeysError


def _fits(vault: Vault, lookup: bytes, kept: bytes, probe: bytes) -> bool:
    try:
        return kept == lookup == vault.open(probe, PROBE)
    except ValueError:
        return False
