"""What a recall has found to lack more about a subject: to try it again before there is more would be in vain."""

from dataclasses import dataclass, field
from uuid import UUID

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.seen import Subject

LAST_SAID = "select coalesce(max(seq), 0) from outbox"


@dataclass(slots=True)
class Waiting:
    """`lacking` is what each cause waits for, `more` what the step under way tells or hears more about, `said` how far was said by then.

    Where it is not known what a cause waits for, any step may bring it, and it does not stand here.
    """

    lacking: dict[UUID, Subject] = field(default_factory=dict)
    more: set[Subject] = field(default_factory=set)
    said: int = 0

    def put(self, cause: UUID, error: NotYetError) -> None:
        """It had to wait, for that."""
        if error.lacking is not None:
            self.lacking[cause] = error.lacking

    async def go_on(self, tx: Transaction) -> None:
        """The step under way is done: what lacked that waits no more. Where it said anything of its own, about whomever, nothing does."""
        if self.lacking:
            said = await tx.fetchval(LAST_SAID)
            self.lacking = {cause: at for cause, at in self.lacking.items() if at not in self.more and said == self.said}
            self.said = said

    def end(self) -> bool:
        """Nothing waits any more; whether anything had."""
        waited = bool(self.lacking)
        self.lacking.clear()
        return waited
