"""What statistics answer over HTTP, field by field; every answer says how far the ledger reached."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from contracts.codes import Channel
from services.stats import counting

MonthLabel = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2021-04"])]


class AsOfAnswer(BaseModel):
    """`known` is the latest instant at which a counted fact was committed, `movements` the number of ledger rows counted over."""

    known: AwareDatetime | None
    movements: int


class _Figures(BaseModel):
    as_of: AsOfAnswer


class YearAnswer(_Figures):
    """Records managed. `change_percent` is null where the opening is 0."""

    year: str
    opening: int
    created: int
    returned: int
    transferred: int
    closed: int
    closing: int
    change_percent: int | None
    balances: bool


class MonthAnswer(BaseModel):
    """One month of intelligence checks. `break_mark` is `[b]` in the month in which the published series changes its rule, else empty."""

    month: MonthLabel
    opened: int
    rule_a: int
    rule_b: int
    published: int
    break_mark: str

    @classmethod
    def of(cls, checks: counting.MonthlyChecks) -> "MonthAnswer":
        return cls(
            month=f"{checks.month:%Y-%m}",
            opened=checks.opened,
            rule_a=checks.rule_a,
            rule_b=checks.rule_b,
            published=checks.published,
            break_mark=checks.mark,
        )


class ChecksAnswer(_Figures):
    months: list[MonthAnswer]


class ChannelAnswer(BaseModel):
    """What became of one channel's tellings; `total` is the sum of the five, `refusals` breaks `refused` down by reason."""

    channel: Channel
    accepted: int = 0
    refused: int = 0
    referred: int = 0
    duplicated: int = 0
    held: int = 0
    total: int = 0
    refusals: dict[str, int] = {}


class ChannelsAnswer(_Figures):
    channels: list[ChannelAnswer]


class TransfersAnswer(_Figures):
    """By force. Internal: small figures are not suppressed, and must not leave the organisation."""

    forces: dict[str, int]
    total: int
