"""What handover knows of each record, and the one place where a handover's state moves its case along."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.codes import Cohort


class HandoverState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EFFECTIVE = "effective"


class CaseState(StrEnum):
    """Managed: no landing is known. Waiting: a landing is known, and a person has to say which force is asked."""

    MANAGED = "managed"
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    TRANSFERRED = "transferred"
    CLOSED = "closed"


class StrayReason(StrEnum):
    """Why something that was told changed nothing, and a person should look at it."""

    UNKNOWN_HANDOVER = "unknown-handover"
    OFFERED_TO_ANOTHER_FORCE = "offered-to-another-force"
    ALREADY_ANSWERED = "already-answered"
    WITHDRAWN = "withdrawn"
    BOUND_FOR_ANOTHER_FORCE = "bound-for-another-force"
    ALREADY_TRANSFERRED = "already-transferred"


CASE_AFTER = {
    HandoverState.OFFERED: CaseState.OFFERED,
    HandoverState.ACCEPTED: CaseState.ACCEPTED,
    HandoverState.DECLINED: CaseState.WAITING,
    HandoverState.WITHDRAWN: CaseState.CLOSED,
    HandoverState.EFFECTIVE: CaseState.TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class Handover:
    """One offer to one force and what became of it; days are Europe/London days.

    `decided_by` is None where a travel notice named the force; `withdrawn_day` also where it was withdrawn before that day was kept.
    """

    handover_id: UUID
    record_id: UUID
    force: str
    state: HandoverState
    landing_day: date
    offered_day: date
    accepted_day: date | None = None
    effective_day: date | None = None
    withdrawn_day: date | None = None
    reason: str | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One record as handover sees it; `handover_id` is its latest handover."""

    record_id: UUID
    cohort: Cohort
    state: CaseState = CaseState.MANAGED
    landing_day: date | None = None
    handover_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stray:
    """Something told that changed nothing. `about` is the handover that a reply names, or the record that a travel is about."""

    about: UUID
    force: str
    told: str
    reason: StrayReason
    day: date


@dataclass(slots=True)
class Caseload:
    """The locked cases of a batch, with all their handovers; what is decided is folded in here."""

    new_id: Callable[[], UUID]
    cases: dict[UUID, Case] = field(default_factory=dict)
    handovers: dict[UUID, Handover] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    changed_cases: set[UUID] = field(default_factory=set)
    changed_handovers: set[UUID] = field(default_factory=set)

    def put(self, case: Case) -> None:
        self.cases[case.record_id] = case
        self.changed_cases.add(case.record_id)

    def move(self, handover: Handover) -> None:
        """Put a handover down in its new state, and its case with it."""
        self.handovers[handover.handover_id] = handover
        self.changed_handovers.add(handover.handover_id)
        case = self.cases[handover.record_id]
        moved = replace(case, state=CASE_AFTER[handover.state], landing_day=handover.landing_day, handover_id=handover.handover_id)
        self.put(moved)

    def latest(self, case: Case) -> Handover | None:
        """The case's latest handover, whatever its state."""
        return None if case.handover_id is None else self.handovers[case.handover_id]

    def accepted(self) -> Iterator[Handover]:
        """The accepted handovers, in the order of their records."""
        found = (each for each in self.handovers.values() if each.state is HandoverState.ACCEPTED)
        return iter(sorted(found, key=lambda each: each.record_id))
