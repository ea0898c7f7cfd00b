"""What is held of a version that nobody has heard yet is its content all the same: another one contradicts it as if it had been heard."""

from collections.abc import Iterable
from contextlib import suppress

from asyncpg import Record

from chassis import originals
from chassis.database import Transaction, columns
from chassis.occasion import Coordinates
from chassis.seen import Subject, Version
from chassis.sift import OF_ANOTHER_TYPE
from chassis.vault import Vault
from contracts.catalogue import BY_NAME
from contracts.wire import UnknownTypeError, decode

# Of two contents the first stays.
READ = """
select topic, partition, "offset", subject, version, original
from held join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
where version is not null
order by kept_at, "offset"
"""


async def read(tx: Transaction, vault: Vault | None, subjects: Iterable[Subject]) -> dict[Version, bytes]:
    """Of those subjects; what nobody can open or read any more has no content to compare."""
    asked = sorted(subjects)
    found: dict[Version, bytes] = {}
    for row in await tx.fetch(READ, *columns(asked, 2)) if asked else []:
        with suppress(ValueError):
            found.setdefault(((row["topic"], row["subject"]), row["version"]), _content(vault, row))
    return found


def _content(vault: Vault | None, row: Record) -> bytes:
    at = Coordinates(row["topic"], row["partition"], row["offset"])
    try:
        return decode(BY_NAME[at.topic], originals.take_up(vault, at, row["original"]).value).content_hash
    except UnknownTypeError:
        return OF_ANOTHER_TYPE
