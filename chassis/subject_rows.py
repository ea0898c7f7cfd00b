"""All that is held of one subject, in the order in which it is to be taken up."""

from collections.abc import Iterable
from itertools import takewhile
from typing import TypeAlias
from uuid import UUID

from asyncpg import Record

from chassis import originals
from chassis.database import Pool, Transaction
from chassis.vault import Vault
from contracts.catalogue import BY_NAME, TOPICS, Order

# As many as one transaction takes up at once; what is left of a subject is taken up in the next ones.
MOST_AT_ONCE = 500

COLUMNS = 'held_id, topic, partition, "offset", reason, subject, version, original, kept_at, ordered'

# An order that is given meanwhile waits, and then meets what has become of them.
ROWS = f"""
select {COLUMNS} from held
where topic = $1 and subject = $2 and (reason in ('poison', 'after-poison', 'gap') or (reason = 'unknown-type' and version is null))
order by case when $3 then version end, kept_at, "offset" limit {MOST_AT_ONCE} for update
"""  # noqa: S608 - our own columns

# Where no version shows that it is missing, one of an unknown type stands before what came after it.
POISON = f"""
select {COLUMNS} from held where topic = $1 and subject = $2 and held_id is distinct from $3 and (
    reason = 'poison' or (reason = 'unknown-type' and version is null and exists (
        select from held as this where this.held_id = $3 and (held.kept_at, held."offset") < (this.kept_at, this."offset"))))
limit 1
"""  # noqa: S608 - our own columns

# Nothing stands before them any more: what did was applied or discarded while they came, or there were too many to take up at once.
# Where gaps are waited for no subject is a hash. What a newer release holds of topics of its own is left to it.
FREE = """
select distinct on (topic, subject) held_id from held as behind
where topic = any($2::text[]) and (reason = 'after-poison' or (reason = 'gap' and version = 1 + (
        select seen.version from seen where seen.topic = behind.topic and seen.subject = behind.subject
    ))) and not exists (
    select from held as other where other.topic = behind.topic and other.subject = behind.subject
        and (other.reason = 'poison' or other.ordered is not null or (other.reason = 'unknown-type' and other.version is null
            and (other.kept_at, other."offset") < (behind.kept_at, behind."offset")))
)
order by topic, subject, case when topic = any($1::text[]) then version end, kept_at, "offset" limit 100
"""
GAPLESS = sorted(each.name for each in TOPICS if each.family.order is Order.GAPLESS)

Key: TypeAlias = tuple[str, str]
"""A topic's name, and the subject as `held` knows it: a keyed hash where the topic is personal."""


def key_of(vault: Vault | None, topic: str, subject: str) -> Key:
    found = originals.subject_of(vault, BY_NAME[topic], subject)
    return topic, subject if found is None else found


async def of_subject(tx: Transaction, key: Key) -> list[Record]:
    """What failed first, what stands behind it, and what waits for a gap to close."""
    return await tx.fetch(ROWS, *key, BY_NAME[key[0]].family.order is Order.GAPLESS)


async def poison_of(tx: Transaction, key: Key, but: UUID | None = None) -> Record | None:
    """What failed of this subject and must be settled first, if anything other than `but`."""
    return await tx.fetchrow(POISON, *key, but)


async def free(pool: Pool) -> list[UUID]:
    """The first of each subject of which something is held behind nothing, and nothing is ordered."""
    return [row["held_id"] for row in await pool.fetch(FREE, GAPLESS, list(BY_NAME))]


def until_asked_about(rows: Iterable[Record], but: UUID | None = None) -> list[Record]:
    """Those before the first, other than `but`, that something is asked about: that decides what becomes of it, and then of the rest."""
    return list(takewhile(lambda each: each["ordered"] is None or each["held_id"] == but, rows))
