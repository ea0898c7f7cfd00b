"""Settles once more, each in its subject's turn, what was held and is settled since the backup; recalling calls for it again and again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from uuid import UUID

from asyncpg import Record

from chassis import heard_once, held, seen
from chassis.alone import Handle
from chassis.candidate import Candidate
from chassis.carry import heard_now
from chassis.database import Transaction, columns
from chassis.seen import GIVEN_UP, NOTHING, Seen, Subject, Version
from chassis.settled import HELD, Settled, version_of
from chassis.taking_up import is_ordered
from contracts.codes import HoldReason

OF_SUBJECTS = f"""
{HELD} where (topic, subject) in (select * from unnest($1::text[], $2::text[]))
    or (topic = any($1::text[]) and subject is null and reason = 'unknown-type')
"""  # noqa: S608 - our own columns

WAITING = frozenset({HoldReason.AFTER_POISON, HoldReason.GAP})

Rows: TypeAlias = Mapping[Version, Record]


@dataclass(frozen=True, slots=True)
class SettlingStep:
    """One thing to settle. `what`: the held telling that is handled for that, or None; `cause`: its id, where it has an answer."""

    what: str | None
    cause: UUID | None
    do: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Settling:
    """Of one recall. `handle`: recalls what has an answer, and handles all else without a word."""

    settled: Settled
    tx: Transaction
    handle: Handle

    async def steps(self) -> list[SettlingStep]:
        """What can be settled next, one thing a subject."""
        found = [self._handling(each) for each in self.settled.redriven.values() if not is_ordered(each.subject[0])]
        if self.settled.passed:
            subjects = sorted(self.settled.passed)
            rows: dict[Version, Record] = {}
            for row in await self.tx.fetch(OF_SUBJECTS, *columns(subjects, 2)):
                if (at := version_of(row, self.settled.read(row))) is not None:
                    rows[at] = row
            heard = await seen.read(self.tx, subjects)
            steps = [self._next(each, heard.get(each, NOTHING), rows) for each in subjects]
            found += [each for each in steps if each is not None]
        return found

    def _next(self, subject: Subject, so_far: Seen, rows: Rows) -> SettlingStep | None:
        late = [each for each in sorted(self.settled.discarded & rows.keys()) if each[0] == subject and each[1] <= so_far.version]
        if late:
            return SettlingStep(None, None, partial(held.forget, self.tx, [rows[late[0]]["held_id"]]))
        following = (subject, so_far.version + 1)
        row = rows.get(following)
        if following in self.settled.given_up:
            return SettlingStep(None, None, partial(seen.write, self.tx, {subject: so_far.then(GIVEN_UP)}))
        if row is None:
            return None
        read = self.settled.read(row)
        if following in self.settled.discarded:
            content_hash = GIVEN_UP if read is None else read.received.envelope.content_hash
            return SettlingStep(None, None, partial(self._discard, row, {subject: so_far.then(content_hash)}))
        return None if read is None or not self._went_on(following, row, rows) else self._handling(read)

    def _went_on(self, following: Version, row: Record, rows: Rows) -> bool:
        """Whether what is held here was taken up since: more of its subject was settled, or nothing stands before it."""
        subject, version = following
        if version <= self.settled.passed[subject]:
            return True
        return row["reason"] in WAITING and not any(each["reason"] == HoldReason.POISON for (of, _), each in rows.items() if of == subject)

    async def _discard(self, row: Record, heard: Mapping[Subject, Seen]) -> None:
        await seen.write(self.tx, heard)
        await held.forget(self.tx, [row["held_id"]])

    def _handling(self, taken: Candidate) -> SettlingStep:
        cause = taken.received.envelope.id if taken.received.envelope.id in self.settled.redriven else None
        return SettlingStep(f"held {taken.received.held_id}", cause, partial(self._handle, taken))

    async def _handle(self, taken: Candidate) -> None:
        await heard_once.apart(self.tx, self.settled.taking_up.carrier.room.vault, [taken])  # an earlier release put nothing down
        await self.handle([taken], self.tx)
        await held.forget(self.tx, filter(None, [taken.received.held_id]))
        await seen.write(self.tx, heard_now([taken], await seen.read(self.tx, [taken.subject])))
