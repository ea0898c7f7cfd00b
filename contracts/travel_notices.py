"""What carriers, borders and consulates tell: someone is expected to land."""

from typing import Annotated

from pydantic import Field

from contracts.fact import Fact, Part
from contracts.identifiers import ForceSlug, PartialDate
from contracts.limits import NO_CONTROL, Moment
from contracts.notifications import Identifier, Name, Reference


class Traveller(Part):
    """Who is expected, as the travel document says."""

    forenames: tuple[Name, ...] = ()
    surname: Name | None = None
    birth_date: PartialDate | None = None
    identifiers: tuple[Identifier, ...] = ()


class TravelNoticeReceived(Fact, type="travel-notice-received.v1", family="travel-notices", subject="reference"):
    """Someone is expected to land at `landing_at` (with offset) and to stay in the area of `destination_force`, where known."""

    reference: Reference
    traveller: Traveller
    landing_at: Moment
    port: Annotated[str, Field(min_length=3, max_length=4, pattern=NO_CONTROL)]
    destination_force: ForceSlug | None = None
