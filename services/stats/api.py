"""What dashboards ask statistics: each answer is counted in one snapshot of the ledger, now or as known at an instant."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from chassis.database import Transaction
from chassis.http import ProblemError, Reading
from services.stats import channels, counting, view_store, year
from services.stats.answers import AsOfAnswer, ChannelsAnswer, ChecksAnswer, MonthAnswer, MonthLabel, TransfersAnswer, YearAnswer
from services.stats.view_store import Period

router = APIRouter()

AsKnown = Annotated[AwareDatetime | None, Query(description="Count only what was known at this instant")]
From = Annotated[date, Query(alias="from")]
To = Annotated[date, Query(alias="to")]
FromMonth = Annotated[MonthLabel, Query(alias="from")]
ToMonth = Annotated[MonthLabel, Query(alias="to")]

LONGEST_DAYS = 50 * 366


@router.get("/years/{label}")
async def managed(label: str, reading: Reading, as_known: AsKnown = None) -> YearAnswer:
    """Records managed over one financial year, and whether its stock balances."""
    asked = _year(label)
    async with reading() as tx:
        stock, as_of = await view_store.stock(tx, asked, as_known), await _as_of(tx, as_known)
    return YearAnswer(
        year=asked.label,
        opening=stock.opening,
        created=stock.created,
        returned=stock.returned,
        transferred=stock.transferred,
        closed=stock.closed,
        closing=stock.closing,
        change_percent=year.change_percent(stock.opening, stock.closing),
        balances=stock.balances,
        as_of=as_of,
    )


@router.get("/intelligence-checks")
async def intelligence_checks(first: FromMonth, last: ToMonth, reading: Reading, as_known: AsKnown = None) -> ChecksAnswer:
    """Checks by month under both counting rules, and the published series with its break."""
    start, end = _first_of(first), _first_of(last)
    months, period = counting.months_between(start, end), _period(start, counting.last_day_of(end), as_known)
    async with reading() as tx:
        opened, sent = await view_store.checks_opened(tx, period), await view_store.reports_sent(tx, period)
        as_of = await _as_of(tx, as_known)
    return ChecksAnswer(months=[MonthAnswer.of(each) for each in counting.series(months, opened, sent)], as_of=as_of)


@router.get("/channels")
async def by_channel(first: From, last: To, reading: Reading, as_known: AsKnown = None) -> ChannelsAnswer:
    """What became of what each channel told, by the day on which it was first decided on."""
    period = _period(first, last, as_known)
    async with reading() as tx:
        found, as_of = await view_store.outcomes(tx, period), await _as_of(tx, as_known)
    return ChannelsAnswer(channels=channels.tabulate(found), as_of=as_of)


@router.get("/transfers")
async def transfers(first: From, last: To, reading: Reading, as_known: AsKnown = None) -> TransfersAnswer:
    """Transfers by force and effective day; for internal use, because small figures are not suppressed."""
    period = _period(first, last, as_known)
    async with reading() as tx:
        found, as_of = await view_store.transfers(tx, period), await _as_of(tx, as_known)
    return TransfersAnswer(forces=found, total=sum(found.values()), as_of=as_of)


async def _as_of(tx: Transaction, as_known: AwareDatetime | None) -> AsOfAnswer:
    reached = await view_store.as_of(tx, as_known)
    return AsOfAnswer(known=reached.known, movements=reached.movements)


def _year(label: str) -> year.FinancialYear:
    try:
        return year.parse(label)
    except year.NotAYearError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Not a financial year", str(error)) from None


def _period(first: date, last: date, as_known: AwareDatetime | None) -> Period:
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST_DAYS):
        detail = "'from' must not be after 'to', and at most 50 years lie between them"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Not a period", detail)
    return Period(first, last, as_known)


def _first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
