"""One telling at a time, each under a savepoint of its own: one that fails is held, and what follows it about its subject with it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from chassis.candidate import Candidate
from chassis.database import Transaction
from chassis.failure import Fault, fault_of
from chassis.held import BEHIND, Held
from chassis.seen import Subject
from contracts.codes import HoldReason

Handle: TypeAlias = Callable[[Sequence[Candidate], Transaction], Awaitable[None]]


async def one_by_one(fresh: Iterable[Candidate], tx: Transaction, handle: Handle) -> tuple[list[Candidate], list[Held]]:
    """What was applied, and what was not and why. Each is handled anew from `load`.

    Raises:
        Exception: infrastructure failed; see chassis.failure.
    """
    applied: list[Candidate] = []
    held: list[Held] = []
    blocked = set[Subject]()
    for each in fresh:
        if each.subject in blocked:
            held.append(each.hold(HoldReason.AFTER_POISON, BEHIND))
            continue
        try:
            async with tx.transaction():
                await handle([each], tx)
            applied.append(each)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            blocked |= set() if each.replaces else {each.subject}
            held.append(each.hold(HoldReason.POISON, f"{type(error).__name__} while it was handled"))
    return applied, held
