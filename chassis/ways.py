"""The ways in which the fresh tellings of a batch are applied: all together, one by one (`chassis/alone.py`), or none of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from chassis.alone import Handle, one_by_one
from chassis.candidate import Candidate
from chassis.database import Transaction
from chassis.held import BEHIND, Held
from chassis.seen import Subject
from contracts.codes import HoldReason

Way: TypeAlias = Callable[[Sequence[Candidate], Transaction, Handle], Awaitable[tuple[Sequence[Candidate], Sequence[Held]]]]
"""What was applied, and what was held instead."""


async def together(fresh: Sequence[Candidate], tx: Transaction, handle: Handle) -> tuple[Sequence[Candidate], Sequence[Held]]:
    """All of them, or the failure of any is raised."""
    await handle(fresh, tx)
    return fresh, []


def none_for(why: str) -> Way:
    """All of them held, and none handled: the first of each subject for that reason, the others behind it."""

    async def none(fresh: Sequence[Candidate], _tx: Transaction, _handle: Handle) -> tuple[Sequence[Candidate], Sequence[Held]]:
        held: list[Held] = []
        blocked = set[Subject]()
        for each in fresh:
            behind = each.subject in blocked
            held.append(each.hold(HoldReason.AFTER_POISON, BEHIND) if behind else each.hold(HoldReason.POISON, why))
            blocked |= set() if each.replaces else {each.subject}
        return [], held

    return none


def one_by_one_unless(hopeless: str | None) -> Way:
    """One by one, or where that is hopeless none of them, for that reason."""
    return one_by_one if hopeless is None else none_for(hopeless)
