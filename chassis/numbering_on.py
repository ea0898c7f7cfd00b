"""Where the latest replaces, versions go on after what lies on the topic, whoever told it; and that is not taken for our own."""

from collections.abc import Iterable
from contextlib import suppress

import structlog

from chassis.database import Transaction, columns
from chassis.mirror import Found
from chassis.retold import Retold, as_told, subject_of, version_of
from contracts.limits import LARGEST_VERSION
from contracts.wire import UnreadableError

LAST = """
select topic, subject, max(version) as version from said
join unnest($1::text[], $2::text[]) as asked (topic, subject) using (topic, subject) group by topic, subject
"""

# Without a payload: what was not said here is never told again, and what was last said here is still known.
KEEP = """
insert into said (id, topic, key, subject, version, content_hash, said_at)
select gen_random_uuid(), topic, subject, subject, version, content_hash, told_at
from unnest($1::text[], $2::text[], $3::int[], $4::bytea[], $5::timestamptz[]) as told (topic, subject, version, content_hash, told_at)
on conflict (topic, subject, version) do nothing
"""

HIGHEST = LARGEST_VERSION // 2
"""Nobody tells a figure so often; after a stranger's higher one there would be no versions left."""

NAMED = 20

log = structlog.get_logger()


async def number_on(tx: Transaction, found: Iterable[Found]) -> None:
    """What is said from now on of what lies last on compacted topics has higher versions than that.

    Whether that was told here before the database was restored, or by somebody else, nothing shows: the relay's leader complains of it
    until a higher version is said.
    """
    beyond = await _beyond(tx, found)
    if beyond:
        rows = [(*subject_of(each), version_of(each), each.envelope.content_hash, each.occasion.at) for each in beyond]
        await tx.execute(KEEP, *columns(rows, 5))
        log.critical("numbered_on", figures=len(beyond), after=[_named(each) for each in beyond[:NAMED]])


async def _beyond(tx: Transaction, found: Iterable[Found]) -> list[Retold]:
    """Of the values that lie last on compacted topics those with a higher version than was ever said of their subject, one a subject."""
    readable = [each for each in _readable(found) if version_of(each) <= HIGHEST]
    highest = {subject_of(each): each for each in sorted(readable, key=version_of)}
    rows = await tx.fetch(LAST, *columns(sorted(highest), 2)) if highest else []
    last = {(row["topic"], row["subject"]): row["version"] for row in rows}
    return [each for subject, each in sorted(highest.items()) if version_of(each) > last.get(subject, 0)]


def _readable(found: Iterable[Found]) -> Iterable[Retold]:
    """The relay's leader complains of the others."""
    for each in found:
        with suppress(UnreadableError):
            yield as_told(each.at, each.value)


def _named(each: Retold) -> str:
    """Where it lies, and what it claims to be."""
    at = each.coordinates
    return f"{at.topic}/{at.partition}/{at.offset}: version {version_of(each)} of {each.envelope.subject}"
