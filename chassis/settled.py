"""What was held and is settled since the backup: discarded, given up or taken up again. Each is settled once more in its subject's turn."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asyncpg import Record

from chassis import heard_once, seen
from chassis.candidate import Candidate
from chassis.database import Transaction
from chassis.occasion import Coordinates, Received
from chassis.seen import NOTHING, Subject, Version
from chassis.taking_up import TakingUp, is_ordered
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import HoldReason
from contracts.discards import TellingDiscarded
from contracts.wire import UnreadableError, decode

HELD = 'select held_id, topic, partition, "offset", reason, subject, version, original from held'
OF_SUBJECT = frozenset({HoldReason.POISON, HoldReason.AFTER_POISON, HoldReason.GAP})


@dataclass(slots=True)
class Settled:
    """What became, until the database was lost, of what was held.

    `discarded`: versions that came and were never applied; `given_up`: versions that had not come.
    `redriven`: what the backup holds though it has an answer, by its id.
    `passed`: the highest version of each subject that is known to have been dealt with before the database was lost.
    `not_decided_on`: where something lies that was held, because the id that it bears stands for something else.
    """

    taking_up: TakingUp
    discarded: set[Version] = field(default_factory=set)
    given_up: set[Version] = field(default_factory=set)
    redriven: dict[UUID, Candidate] = field(default_factory=dict)
    passed: dict[Subject, int] = field(default_factory=dict)
    not_decided_on: Collection[Coordinates] = ()

    @classmethod
    async def since(cls, tx: Transaction, taking_up: TakingUp, told: Iterable[Received[Any]], causes: Collection[UUID]) -> "Settled":
        """As `told` says, which lies on our own topics, and the answers to `causes`."""
        found = cls(taking_up)
        kept = {at for row in await tx.fetch(HELD) if (at := await found._meet(tx, row, causes)) is not None}
        reasons = _discards(each.fact for each in told if isinstance(each.fact, TellingDiscarded))
        heard = await seen.read(tx, {subject for subject, _ in reasons})
        for (subject, version), those in reasons.items():
            had_not_come = HoldReason.GAP in those and (subject, version) not in kept
            if had_not_come and not heard.get(subject, NOTHING).given_up(version):
                those.remove(HoldReason.GAP)
                found.given_up.add((subject, version))
            if those:
                found.discarded.add((subject, version))
            found.pass_by(subject, version)
        return found

    async def _meet(self, tx: Transaction, row: Record, causes: Collection[UUID]) -> Version | None:
        """Which version a row of the backup holds, if it had come when others were given up; it was taken up if it has an answer."""
        read = self.read(row)
        if read is not None and read.received.envelope.id in causes and not await self._is_another(tx, read):
            self.redriven[read.received.envelope.id] = read
            if is_ordered(row["topic"]):
                self.pass_by(read.subject, read.version)
        return version_of(row, read) if is_ordered(row["topic"]) and row["reason"] in OF_SUBJECT else None

    async def _is_another(self, tx: Transaction, read: Candidate) -> bool:
        """Whether it bears the id of what has the answer, and is not that."""
        return await heard_once.stands_for_another(tx, self.taking_up.carrier.room.vault, read)

    def read(self, row: Record) -> Candidate | None:
        """What it holds, if this release can read it."""
        with suppress(ValueError):  # what cannot be opened has no answer that could be told from it
            read = self.taking_up.read(row)
            return read if isinstance(read, Candidate) else None
        return None

    def pass_by(self, subject: Subject, version: int) -> None:
        """Up to that version all of this subject was dealt with, whatever is held of it here."""
        self.passed[subject] = max(version, self.passed.get(subject, 0))

    def pass_by_value(self, topic: str, raw: Any) -> None:
        """The same, of a value that has an answer."""
        at = _version_at(topic, raw)
        if at is not None and is_ordered(topic):
            self.pass_by(*at)

    def skips(self, received: Received[Any]) -> bool:
        """Whether this was discarded: it counts as heard."""
        return ((received.topic.name, received.envelope.subject), received.envelope.version) in self.discarded

    def reach(self, topic: str, raws: Sequence[Any]) -> int:
        """How many of these were certainly heard, because something was settled that came with or after them."""
        certain = {subject: version + ((subject, version) in self.given_up) for subject, version in self.passed.items()}
        if not any(name == topic for name, _ in certain):
            return 0
        met, reached = set[Version](), 0
        for index, raw in enumerate(raws, start=1):
            at = _version_at(topic, raw)
            if at is None or at in met or at in self.given_up - self.discarded or at[1] > certain.get(at[0], 0):
                continue
            met.add(at)
            reached = index
        return reached


def version_of(row: Record, read: Candidate | None) -> Version | None:
    """Which version a row of `held` holds, as far as that is known."""
    if read is not None:
        return read.subject, read.version
    return None if row["subject"] is None or row["version"] is None else ((row["topic"], row["subject"]), row["version"])


def _discards(facts: Iterable[TellingDiscarded]) -> dict[Version, list[HoldReason]]:
    """Why each version was discarded; what could not be named stays held."""
    found = defaultdict[Version, list[HoldReason]](list)
    for each in facts:
        if each.told_about is not None and each.version is not None:
            found[(topic_name(each.family), str(each.told_about)), each.version].append(each.reason)
    return found


def _version_at(topic: str, raw: Any) -> Version | None:
    try:
        told = decode(BY_NAME[topic], raw.value)
    except UnreadableError:
        return None
    return (topic, told.subject), told.version or 0
