"""Which versions of each subject a reader has heard, so that doubles, gaps and contradictions show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from chassis.database import Transaction, columns

HASH_BYTES = 8
GIVEN_UP = bytes(HASH_BYTES)
"""In place of a content that will never be heard."""

READ = """
select topic, subject, version, hashes from seen
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject)
"""

WRITE = """
insert into seen (topic, subject, version, hashes)
select * from unnest($1::text[], $2::text[], $3::int[], $4::bytea[])
on conflict (topic, subject) do update set version = excluded.version, hashes = excluded.hashes
"""

Subject = tuple[str, str]
Version: TypeAlias = tuple[Subject, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """How far one subject was heard on one topic, with a short hash of each version's content, or of the last alone."""

    version: int = 0
    hashes: bytes = b""

    def holds(self, version: int, content_hash: bytes) -> bool:
        """Whether the version heard before had this content."""
        end = len(self.hashes) - (self.version - version) * HASH_BYTES
        return self.hashes[end - HASH_BYTES : end] == content_hash[:HASH_BYTES]

    def given_up(self, version: int) -> bool:
        """Whether an operator has settled that this version will never be heard."""
        return 0 < version <= self.version and self.holds(version, GIVEN_UP)

    def then(self, content_hash: bytes) -> "Seen":
        """One version further."""
        return Seen(self.version + 1, self.hashes + content_hash[:HASH_BYTES])

    @staticmethod
    def latest(version: int, content_hash: bytes) -> "Seen":
        """A version that replaces whatever was heard before."""
        return Seen(version, content_hash[:HASH_BYTES])


NOTHING = Seen()


async def read(tx: Transaction, subjects: Iterable[Subject]) -> dict[Subject, Seen]:
    """How far those subjects were heard; those never heard are absent."""
    asked = sorted(set(subjects))
    rows = await tx.fetch(READ, *columns(asked, 2)) if asked else []
    return {(row["topic"], row["subject"]): Seen(row["version"], row["hashes"]) for row in rows}


async def write(tx: Transaction, heard: Mapping[Subject, Seen]) -> None:
    """Put down how far subjects are heard now."""
    if heard:
        await tx.execute(WRITE, *columns([(*subject, seen.version, seen.hashes) for subject, seen in sorted(heard.items())], 4))
