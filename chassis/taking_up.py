"""Taking up again what is held: read as if it came now, sifted by what was heard since, handled one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from uuid import UUID

from asyncpg import Record

from chassis import gaps, heard_once, held, seen
from chassis.alone import one_by_one
from chassis.candidate import Candidate
from chassis.carry import Carrier, heard_now
from chassis.database import Transaction
from chassis.held import BEHIND, Held
from chassis.seen import Seen, Subject
from chassis.sift import ContradictionError, Sifted, sift
from chassis.subject_rows import Key, key_of, of_subject, poison_of, until_asked_about
from contracts.catalogue import BY_NAME, Order
from contracts.codes import HoldReason

CONTRADICTS = "its version was heard with other content: its owner's past and ours disagree"
CANNOT_BE_READ = frozenset({HoldReason.MALFORMED, HoldReason.UNKNOWN_TYPE})


@dataclass(frozen=True, slots=True)
class TakingUp:
    """Takes up again for one service, in a transaction that holds the lock of the partition's place.

    `alone`: only what was named; what stands behind it is left for later.
    """

    carrier: Carrier
    alone: bool = False

    def read(self, row: Record) -> Candidate | Held:
        """What the row holds, as this release reads it."""
        return gaps.take_up(row, self.carrier.room.vault, self.carrier.occasion)

    def key(self, read: Candidate) -> Key:
        return key_of(self.carrier.room.vault, *read.subject)

    async def keep(self, tx: Transaction, aside: Sequence[Held]) -> None:
        """Put back under the ids they have."""
        await held.keep(tx, self.carrier.room.vault, aside)

    async def redrive(self, tx: Transaction, row: Record) -> str | None:
        """Handle it again now, and after it what stands behind it; or what it was put back for."""
        read = self.read(row)
        if isinstance(read, Held):
            await self.keep(tx, [replace(read, reason=_reason(row, read))])
            return read.complaint
        rows = await self._until_asked_about(tx, row, read)
        if row not in rows or await poison_of(tx, self.key(read), but=row["held_id"]) is not None:
            await self.keep(tx, [read.hold(HoldReason.AFTER_POISON, BEHIND)])
            return BEHIND
        return (await self.take_up(tx, [row] if self.alone else rows)).get(row["held_id"])

    async def _until_asked_about(self, tx: Transaction, row: Record, read: Candidate) -> list[Record]:
        """What is held of its subject, up to the first other one that something is asked about; it may itself stand behind that."""
        others = [each for each in await of_subject(tx, self.key(read)) if each["held_id"] != row["held_id"]]

        def turn(each: Record) -> tuple[float, datetime, int]:
            version = read.version if each is row else each["version"]
            return (version if is_ordered(row["topic"]) and version is not None else inf), each["kept_at"], each["offset"]

        return until_asked_about(sorted([row, *others], key=turn), but=row["held_id"])

    async def follow(self, tx: Transaction, key: Key, but: UUID | None = None) -> None:
        """Take up what nothing stands before any more, up to the first, other than `but`, that something is asked about."""
        if not self.alone and await poison_of(tx, key) is None:
            await self.take_up(tx, until_asked_about(await of_subject(tx, key), but))

    async def take_up(self, tx: Transaction, rows: Sequence[Record]) -> dict[UUID, str]:
        """Handle what can be handled now, in order; the complaints about what was put back."""
        read, unreadable = self._readable(rows)
        candidates, reused = await heard_once.apart(tx, self.carrier.room.vault, read)
        heard = await seen.read(tx, {each.subject for each in candidates if is_ordered(each.subject[0])})
        sifted = _sifted(candidates, heard)
        applied, failed = await one_by_one(sifted.fresh, tx, self.carrier.handle)
        aside = [*sifted.held, *failed, *unreadable, *reused]
        put_back = {each.held_id: each.complaint for each in aside}
        await self.keep(tx, aside)
        await held.forget(tx, [each for each in map(_held_id, candidates) if each not in put_back])
        await seen.write(tx, heard_now(applied, heard))
        return put_back

    def _readable(self, rows: Sequence[Record]) -> tuple[list[Candidate], list[Held]]:
        """Those up to the first that this release cannot read, or nobody can open; what stands behind it stays where it is."""
        candidates: list[Candidate] = []
        for row in rows:
            try:
                read = self.read(row)
            except ValueError:
                if not candidates:
                    raise
                return candidates, []
            if isinstance(read, Held):
                reason = HoldReason.UNKNOWN_TYPE if read.reason is HoldReason.UNKNOWN_TYPE else HoldReason.POISON
                return candidates, [replace(read, reason=reason)]
            candidates.append(read)
        return candidates, []


def is_ordered(topic: str) -> bool:
    """Whether its tellings are numbered without a gap."""
    return BY_NAME[topic].family.order is Order.GAPLESS


def _sifted(candidates: Sequence[Candidate], heard: Mapping[Subject, Seen]) -> Sifted:
    """Sifted; what contradicts what was heard is held, and the others are sifted without it."""
    try:
        return sift(candidates, (), heard, set())
    except ContradictionError:
        wrong = _first_wrong(candidates, heard)
        sifted = _sifted([each for each in candidates if each is not wrong], heard)
        sifted.held.append(wrong.hold(HoldReason.POISON, CONTRADICTS))
        return sifted


def _first_wrong(candidates: Sequence[Candidate], heard: Mapping[Subject, Seen]) -> Candidate:
    """Which one contradicts; its coordinates do not name it, for they come again where a topic was made again."""
    for number, each in enumerate(candidates, start=1):
        try:
            sift(candidates[:number], (), heard, set())
        except ContradictionError:
            return each
    message = "none of them contradicts what was heard"
    raise ValueError(message)


def _reason(row: Record, read: Held) -> HoldReason:
    """Why it is held from now on: what an older release does not know waits for a newer one, whatever that had held it for."""
    return read.reason if row["reason"] in CANNOT_BE_READ or read.reason is HoldReason.UNKNOWN_TYPE else HoldReason(row["reason"])


def _held_id(candidate: Candidate) -> UUID:
    if candidate.received.held_id is None:
        message = "only what is held is taken up again"
        raise ValueError(message)
    return candidate.received.held_id
