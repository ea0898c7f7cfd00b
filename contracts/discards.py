"""What will never be applied, because an operator has settled that: a gap in what a service heard is accepted, and said."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.codes import FamilyName, HoldReason, ServiceName
from contracts.fact import Fact
from contracts.limits import LARGEST_VERSION


class TellingDiscarded(Fact, type="telling-discarded.v1", family="discards", subject="discard_id", principal="who"):
    """`who` will not apply one telling of a family of topics; what it is about goes on without it.

    `reason`: why it was held; of a telling that never came, gap. `told_about` and `version` name it on topics that keep an order.
    """

    discard_id: UUID
    who: ServiceName
    family: FamilyName
    reason: HoldReason
    told_about: UUID | None
    version: Annotated[int, Field(ge=1, le=LARGEST_VERSION)] | None
