"""Save and say are one transaction: what is told is written down here, and a relay carries it later."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Transaction, columns
from chassis.ids import uuid7
from chassis.occasion import Telling, start_of_day
from contracts.catalogue import MAX_MESSAGE_BYTES, topic_of
from contracts.envelope import Envelope

# A broker measures the whole batch with its overhead; a value of this size always fits.
MAX_VALUE_BYTES = MAX_MESSAGE_BYTES - 10_000

# Each is looked up by itself: about a figure thousands may have been said.
LAST_VERSIONS = """
select topic, subject, version from unnest($1::text[], $2::text[]) as asked (topic, subject) cross join lateral (
    select version from said where (said.topic, said.subject) = (asked.topic, asked.subject) order by version desc limit 1
) as last
"""

SAID_ABOUT = "select subject from said where topic = $1 and subject = any($2::text[])"

SAY = """
with told as (
    insert into said (id, topic, key, subject, version, content_hash, payload, traceparent, said_at)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::bytea[], $8::text[], $9::timestamptz[])
)
insert into outbox (said_id) select id from unnest($1::uuid[]) with ordinality as told (id, ord) order by ord
"""


class OversizedError(ValueError):
    """A fact too large for its topic; refused before commit, so that the relay never holds what it cannot send."""


async def say(tx: Transaction, tellings: Sequence[Telling]) -> None:
    """Write down what is to be told, numbered 1, 2, 3 ... per topic and subject.

    The caller has locked the rows that it decided on, so that numbers follow the order of commits.

    Raises:
        OversizedError: a fact is too large.
        asyncpg.UniqueViolationError: somebody else spoke about the same subject without that lock.
    """
    if not tellings:
        return
    last = await _last_versions(tx, tellings)
    rows = []
    for telling in tellings:
        topic, subject = topic_of(telling.fact).name, telling.fact.subject
        last[topic, subject] = version = last.get((topic, subject), 0) + 1
        rows.append(_row(topic, envelope_of(telling, version), telling))
    await tx.execute(SAY, *columns(rows, 9))


async def said_about(tx: Transaction, topic: str, subjects: Sequence[str]) -> set[str]:
    """Of which of these subjects something was said on this topic."""
    return {row["subject"] for row in await tx.fetch(SAID_ABOUT, topic, list(subjects))}


async def _last_versions(tx: Transaction, tellings: Sequence[Telling]) -> dict[tuple[str, str], int]:
    asked = sorted({(topic_of(telling.fact).name, telling.fact.subject) for telling in tellings})
    return {(row["topic"], row["subject"]): row["version"] for row in await tx.fetch(LAST_VERSIONS, *columns(asked, 2))}


def envelope_of(telling: Telling, version: int) -> Envelope[Any]:
    """The envelope around a fact: facts that are kept tell the day and no more, what goes to one force tells the time."""
    fact, occasion, topic = telling.fact, telling.occasion, topic_of(telling.fact)
    return Envelope(
        id=uuid7(),
        source=topic.source,
        type=fact.TYPE,
        subject=fact.subject,
        time=occasion.at if topic.family.personal else start_of_day(occasion.day),
        recordedtime=occasion.at,
        version=version,
        correlationid=occasion.correlation_id,
        causationid=occasion.causation_id,
        traceparent=occasion.traceparent,
        data=fact,
    )


def _row(topic: str, envelope: Envelope[Any], telling: Telling) -> tuple[Any, ...]:
    value = envelope.to_bytes()
    if len(value) > MAX_VALUE_BYTES:
        message = f"{envelope.type} is {len(value)} bytes long; {topic} takes {MAX_VALUE_BYTES}"
        raise OversizedError(message)
    return (
        envelope.id, topic, envelope.subject, envelope.subject, envelope.version, envelope.content_hash, value,
        envelope.traceparent, telling.occasion.at,
    )  # fmt: skip
