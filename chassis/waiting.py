"""What a recall has found to lack more about a subject: to try it again before there is more would be in vain."""

from dataclasses import dataclass, field
from uuid import UUID

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.seen import Subject

LAST_IN_OUTBOX = "select coalesce(max(seq), 0) from outbox"


@dataclass(slots=True)
class Waiting:
    """What each cause that had to wait waits for.

    `lacking`: the subject about which each of them needs more. Where that is not known any step may bring it, and the cause is not here.
    `more`: the subjects about which the running step has told or heard something.
    `said`: the last number in the outbox, as it was after the last step at whose end anything was lacking.
    """

    lacking: dict[UUID, Subject] = field(default_factory=dict)
    more: set[Subject] = field(default_factory=set)
    said: int = 0

    def put(self, cause: UUID, error: NotYetError) -> None:
        """A try of that cause had to wait, for what the error says."""
        if error.lacking is not None:
            self.lacking[cause] = error.lacking

    async def go_on(self, tx: Transaction) -> None:
        """The running step is done: what lacked more of that waits no more. If the step said anything anew, of whomever, nothing waits."""
        if self.lacking:
            said = await tx.fetchval(LAST_IN_OUTBOX)
            self.lacking = {cause: at for cause, at in self.lacking.items() if at not in self.more and said == self.said}
            self.said = said

    def end(self) -> bool:
        """Nothing waits any more; whether anything had."""
        waited = bool(self.lacking)
        self.lacking.clear()
        return waited
