"""What a service brings to the chassis: its name, what it reacts to, what falls due, and its HTTP routes."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter

from chassis.database import Transaction
from chassis.held import Held
from chassis.not_yet import NotYetError
from chassis.occasion import Batch, Occasion, Received
from chassis.vault import Vault
from contracts.catalogue import SECRET_KEEPERS, Topic, read_by
from contracts.fact import Fact

OnBatch = Callable[[Batch, Transaction], Awaitable[None]]
OnHeld = Callable[[Sequence[Held], Transaction], Awaitable[None]]
OnRecall = Callable[[Received[Any] | None, Sequence[Received[Any]], Transaction], Awaitable[None]]
OnDue = Callable[[Occasion, date, Transaction], Awaitable[Collection[str]]]

CLOCK = "clock"

LOST = "lost-with-the-database"
"""Who decided what is recalled without a cause: that it was decided is told, and nowhere who did so."""


async def _nothing_held(_held: Sequence[Held], _tx: Transaction) -> None:
    """What is held needs no telling."""


async def _nothing_due(_occasion: Occasion, _ended: date, _tx: Transaction) -> Collection[str]:
    """Nothing is timed here."""
    return ()


async def _recalls_nothing(_cause: Received[Any] | None, _facts: Sequence[Received[Any]], _tx: Transaction) -> None:
    """Who cannot recall must not start on an older database."""
    raise NotYetError


@dataclass(frozen=True)
class Room:
    """One service. `families` maps each family of topics that it hears to what it does about a batch of them, in that order.

    `vault` seals what is personal when it has to be set aside. `on_due` is told the latest day that is over, and says the classes of the
    errors over which something stays due; see `chassis.due`. `recall` is given facts that this service told and forgot, with what
    it had heard that caused them, if that can still be heard; `not_recalled` are those that need it not, because hearing the cause
    again has the same effect.
    """

    name: str
    families: Mapping[str, OnBatch]
    vault: Vault | None = None
    on_held: OnHeld = _nothing_held
    on_due: OnDue = _nothing_due
    recall: OnRecall = _recalls_nothing
    not_recalled: tuple[type[Fact], ...] = ()
    api: APIRouter = field(default_factory=APIRouter)

    def __post_init__(self) -> None:
        """Refuse a service that does not react to exactly what the catalogue says it hears, or could not keep what is personal.

        Raises:
            ValueError: a family is missing or not meant for this service, or is personal and there are no keys.
        """
        promised = {topic.family.name for topic in read_by(self.name)} - {CLOCK}
        if promised != set(self.families):
            message = f"{self.name} reacts to {sorted(self.families)}, the catalogue says it hears {sorted(promised)}"
            raise ValueError(message)
        if self.vault is None and self.name in SECRET_KEEPERS:
            message = f"{self.name} hears what is personal and has no keys to seal what it must set aside"
            raise ValueError(message)

    def topics(self, *, clock: bool) -> tuple[Topic, ...]:
        """All that it subscribes to; the event clock only where a scenario is followed."""
        return tuple(topic for topic in read_by(self.name) if clock or topic.family.name != CLOCK)
