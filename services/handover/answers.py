"""What handover answers over HTTP, field by field."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Cohort
from contracts.identifiers import ForceSlug
from services.handover.caseload import CaseState, HandoverState, StrayReason


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
    reason: str | None


class CaseAnswer(_Answer):
    """One record as handover sees it; `handover_id` is its latest handover."""

    record_id: UUID
    cohort: Cohort
    state: CaseState
    landing_day: date | None
    handover_id: UUID | None


class StrayAnswer(_Answer):
    """Something told that changed nothing; `about` is the handover that a reply names, or the record that a journey is about."""

    about: UUID
    force: str
    told: str
    reason: StrayReason
    day: date


class Offer(BaseModel):
    """A person's decision to ask a force. `decided_by` is the person's staff number or account, kept for the audit and never told on."""

    model_config = ConfigDict(extra="forbid")

    force: ForceSlug
    decided_by: Annotated[str, Field(min_length=1, max_length=100)]
