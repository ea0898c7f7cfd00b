"""What will never be applied: one telling that is held, or the versions that something held waits for. Each is said as a fact."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from chassis import held, seen
from chassis.candidate import Candidate
from chassis.database import Transaction
from chassis.ids import uuid7
from chassis.occasion import Occasion, Telling
from chassis.say import say
from chassis.seen import GIVEN_UP, NOTHING, Seen, Subject
from chassis.subject_rows import Key, of_subject, poison_of
from chassis.taking_up import TakingUp, is_ordered
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import FamilyName, HoldReason, ServiceName
from contracts.discards import TellingDiscarded

MOST_GIVEN_UP = 1000

# What tells a version again waits behind the first that did, whatever that is held for.
TOLD_BEFORE = """
select exists (
    select from held as first join held as this on this.held_id = $4
    where (first.topic, first.subject, first.version) = ($1, $2, $3)
        and (first.kept_at, first."offset", first.held_id) < (this.kept_at, this."offset", this.held_id)
)
"""
# A version that was given up may come after all: it is named once more where it is discarded then, and no third time. What was discarded
# without anybody having read it looks like one given up; for which reason was said.
NAMED_BEFORE = """
with discarded as (select convert_from(payload, 'UTF8')::jsonb -> 'data' as fact from said where topic = $1)
select count(*) > 1 or coalesce(bool_or(fact ->> 'reason' <> 'gap'), false) from discarded
where (fact ->> 'family', fact ->> 'told_about', (fact ->> 'version')::int) = ($2, $3, $4)
"""
HOLDS_ONE_OF = "select exists (select from held where topic = $1 and subject = $2 and version between $3 and $4)"

TOO_EARLY = "versions before it were not heard: settle what is held of them, or release what waits for them"
NOT_WAITING = "it waits for nothing: redrive it, or discard it"
SETTLE_FIRST = "an earlier telling of its subject is held: redrive or discard that one first"
TOO_MANY = f"more than {MOST_GIVEN_UP} versions are missing before it: that is no gap but a topic that was lost"


@dataclass(frozen=True, slots=True)
class Discarding:
    """Both answer None, or why it could not be done; then nothing has changed."""

    taking_up: TakingUp

    async def discard(self, tx: Transaction, row: Record) -> str | None:
        """Apply it never: its version counts as heard, what stands behind it goes on, and all hear that it was discarded.

        Where it tells again what was heard or discarded, or is held already, no version is discarded with it, and none is named.
        """
        named: tuple[UUID | None, int | None] = (None, None)
        if (about := self._about(row)) is not None:
            subject, version, content_hash = about
            so_far = (await seen.read(tx, [subject])).get(subject, NOTHING)
            told_again = await self._is_told_again(tx, row, subject, version, so_far)
            if version > so_far.version + 1 and not told_again:
                return TOO_EARLY
            if version == so_far.version + 1 and not told_again:
                await seen.write(tx, {subject: so_far.then(content_hash)})
            named = UUID(subject[1]), None if told_again else version
        await held.forget(tx, [row["held_id"]])
        await self._say(tx, row["topic"], HoldReason(row["reason"]), [named])
        key = self._key(row)
        if key is not None:
            await self.taking_up.follow(tx, key)
        return None

    async def _is_told_again(self, tx: Transaction, row: Record, subject: Subject, version: int, so_far: Seen) -> bool:
        """Whether its version was heard or discarded, or another telling of it was held before this one."""
        if version > so_far.version:
            return bool(await tx.fetchval(TOLD_BEFORE, *subject, version, row["held_id"]))
        if not so_far.given_up(version):
            return True
        family = BY_NAME[subject[0]].family.name
        return bool(await tx.fetchval(NAMED_BEFORE, topic_name("discards", self._who), family, subject[1], version))

    @property
    def _who(self) -> ServiceName:
        return ServiceName(self.taking_up.carrier.room.name)

    def _read(self, row: Record) -> Candidate | None:
        """None where it cannot be read, or not even be opened any more."""
        try:
            read = self.taking_up.read(row)
        except ValueError:
            return None
        return read if isinstance(read, Candidate) else None

    def _about(self, row: Record) -> tuple[Subject, int, bytes] | None:
        """On a topic that keeps an order: subject, version and content, as far as anybody knows them."""
        if not is_ordered(row["topic"]):
            return None
        if (read := self._read(row)) is not None:
            return read.subject, read.version, read.received.envelope.content_hash
        if row["subject"] is not None and row["version"] is not None:
            return (row["topic"], row["subject"]), row["version"], GIVEN_UP
        return None

    def _key(self, row: Record) -> Key | None:
        """Of whom something may stand behind it."""
        if row["subject"] is not None:
            return row["topic"], row["subject"]
        read = self._read(row)
        return None if read is None else self.taking_up.key(read)

    async def release(self, tx: Transaction, row: Record) -> str | None:
        """Let what waits go on: without the versions missing before the first that waits, which are given up for ever."""
        if row["reason"] not in {HoldReason.GAP, HoldReason.AFTER_POISON}:
            return NOT_WAITING
        if await poison_of(tx, (row["topic"], row["subject"]), but=row["held_id"]) is not None:
            return SETTLE_FIRST
        if row["reason"] == HoldReason.GAP:
            complaint = await self._give_up_before(tx, row)
            if complaint is not None:
                return complaint
        await self.taking_up.follow(tx, (row["topic"], row["subject"]), but=row["held_id"])
        return None

    async def _give_up_before(self, tx: Transaction, row: Record) -> str | None:
        subject = (row["topic"], row["subject"])
        so_far = (await seen.read(tx, [subject])).get(subject, NOTHING)
        if row["version"] <= so_far.version:
            return NOT_WAITING
        waiting = [each["version"] for each in await of_subject(tx, subject) if each["version"] > so_far.version]
        missing = range(so_far.version + 1, min(waiting, default=0))
        if len(missing) > MOST_GIVEN_UP:
            return TOO_MANY
        if missing and await tx.fetchval(HOLDS_ONE_OF, *subject, missing[0], missing[-1]):
            return SETTLE_FIRST
        if missing:
            await seen.write(tx, {subject: Seen(missing[-1], so_far.hashes + GIVEN_UP * len(missing))})
            await self._say(tx, row["topic"], HoldReason.GAP, [(UUID(row["subject"]), version) for version in missing])
        return None

    async def _say(self, tx: Transaction, topic: str, reason: HoldReason, told: Iterable[tuple[UUID | None, int | None]]) -> None:
        who, family = self._who, FamilyName(BY_NAME[topic].family.name)
        occasion = Occasion(self.taking_up.carrier.clock.now())
        facts = [
            TellingDiscarded(discard_id=uuid7(), who=who, family=family, reason=reason, told_about=about, version=version)
            for about, version in told
        ]
        await say(tx, [Telling(fact, occasion) for fact in facts])
