"""What handover answers over HTTP, field by field."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Cohort
from contracts.identifiers import ForceSlug, StaffNumber
from contracts.limits import NO_CONTROL
from services.handover.caseload import CaseState, HandoverState


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class HandoverAnswer(_Answer):
    """One offer to one force. Days are Europe/London days."""

    handover_id: UUID
    record_id: UUID
    force: str
    state: HandoverState
    landing_day: date
    offered_day: date
    accepted_day: date | None
    effective_day: date | None
    withdrawn_day: date | None
    reason: str | None


class CaseAnswer(_Answer):
    """One record as handover sees it; `handover_id` is its latest handover."""

    record_id: UUID
    cohort: Cohort
    state: CaseState
    landing_day: date | None
    handover_id: UUID | None


class StrayAnswer(_Answer):
    """Something told that changed nothing; `about` is the handover that a reply names, or the record that a journey is about.

    `reason` is text here: a release that somebody went back to shows those, too, that only a later one knows.
    """

    about: UUID
    force: str
    told: str
    reason: str
    day: date


class Offer(BaseModel):
    """A person's decision to ask a force. `decided_by` is kept for the audit and never told on."""

    model_config = ConfigDict(extra="forbid")

    force: ForceSlug
    decided_by: StaffNumber


class Retelling(BaseModel):
    """Who has a force told again what it may not have read, and why. Both are kept and never told on: name nobody in either."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    asked_by: StaffNumber
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_CONTROL)]


class RetoldAnswer(_Answer):
    """How much a force was told again: handovers that it is asked about, and some that were withdrawn."""

    force: str
    notices: int
    withdrawals: int
