"""What dashboards are told: the year, the checks under both rules, the channels, the transfers, now and as known then."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.codes import Channel, RefusalReason
from contracts.decisions import NotificationRefused
from contracts.fact import Fact
from tests.furniture import Desk, noon, received
from tests.stats.told import ACCEPTED, CHECK, DUPLICATED, HELD, REFERRED, REFUSED, ask, closed, created, transferred

BEFORE, FIRST, LAST, AFTER = date(2021, 3, 31), date(2021, 4, 1), date(2022, 3, 31), date(2022, 4, 1)
PERIOD = {"from": "2021-04-01", "to": "2022-03-31"}


async def tell(stats: Desk, *dated: tuple[Fact, date]) -> None:
    await stats.hear(*(received(fact, day) for fact, day in dated))


async def test_the_year_counts_its_first_and_last_day_and_no_other(stats: Desk) -> None:
    await tell(
        stats,
        *((created(number), BEFORE) for number in range(1, 6)),
        (created(6), FIRST),
        (created(7), LAST),
        (created(8), AFTER),
        (closed(1), FIRST),
        (transferred(2, LAST), LAST),
        (transferred(3, AFTER), AFTER),
    )

    year = await ask(stats, "/years/2021-22")

    del year["as_of"]
    assert year == {
        "year": "2021-22", "opening": 5, "created": 2, "returned": 0, "transferred": 1, "closed": 1, "closing": 5,
        "change_percent": 0, "balances": True,
    }  # fmt: skip


async def test_a_transfer_counts_on_its_effective_day_whenever_it_is_told(stats: Desk) -> None:
    await tell(stats, (created(1), FIRST), (transferred(1, LAST), AFTER))

    year, transfers = await ask(stats, "/years/2021-22"), await ask(stats, "/transfers", **PERIOD)

    assert (year["transferred"], year["closing"]) == (1, 0)
    assert (transfers["forces"], transfers["total"]) == ({"kent": 1}, 1)


async def test_a_stock_that_lost_a_record_nobody_created_does_not_balance(stats: Desk) -> None:
    await tell(stats, (created(1), BEFORE), (closed(99), FIRST))

    year = await ask(stats, "/years/2021-22")

    assert (year["opening"], year["closed"], year["closing"], year["balances"]) == (1, 1, 1, False)


async def test_an_empty_ledger_has_no_change_to_show(stats: Desk) -> None:
    year = await ask(stats, "/years/2021-22")

    assert (year["opening"], year["change_percent"], year["balances"]) == (0, None, True)
    assert year["as_of"] == {"known": None, "movements": 0}


async def test_a_year_reads_as_it_was_known_before_the_closure_was_taken_back(stats: Desk) -> None:
    may, june = date(2021, 5, 3), date(2021, 6, 1)
    await tell(stats, (created(1), FIRST), (closed(1), may), (transferred(1, may), june))

    then = await ask(stats, "/years/2021-22", as_known=noon(may).isoformat())
    now = await ask(stats, "/years/2021-22")

    assert (then["closed"], then["transferred"], then["closing"]) == (1, 0, 0)
    assert (now["closed"], now["transferred"], now["closing"]) == (0, 1, 0)
    assert then["as_of"] == {"known": "2021-05-03T12:00:00Z", "movements": 2}
    assert now["as_of"] == {"known": "2021-06-01T12:00:00Z", "movements": 4}


async def test_four_tasks_make_the_published_series_break_in_july(stats: Desk) -> None:
    tasks = [
        (date(2021, 5, 3), date(2021, 5, 20)), (date(2021, 5, 28), date(2021, 6, 2)),
        (date(2021, 6, 30), date(2021, 7, 5)), (date(2021, 5, 10), None),
    ]  # fmt: skip
    for number, (opened, sent) in enumerate(tasks, start=1):
        about = {"record_id": UUID(int=number), "check_id": UUID(int=number)}
        await tell(stats, (IntelCheckOpened.model_validate(about), opened))
        if sent is not None:
            await tell(stats, (IntelReportSent.model_validate({**about, "opened_day": opened}), sent))

    answer = await ask(stats, "/intelligence-checks", **{"from": "2021-05", "to": "2021-08"})

    assert answer["months"] == [
        {"month": "2021-05", "opened": 3, "rule_a": 1, "rule_b": 1, "published": 1, "break_mark": ""},
        {"month": "2021-06", "opened": 1, "rule_a": 0, "rule_b": 1, "published": 0, "break_mark": ""},
        {"month": "2021-07", "opened": 0, "rule_a": 0, "rule_b": 1, "published": 1, "break_mark": "[b]"},
        {"month": "2021-08", "opened": 0, "rule_a": 0, "rule_b": 0, "published": 0, "break_mark": ""},
    ]


async def test_every_telling_of_a_channel_ends_one_way(stats: Desk) -> None:
    outcomes = [ACCEPTED, REFUSED, REFERRED, DUPLICATED, HELD]
    again = NotificationRefused(notification_id=CHECK, channel=Channel.UK_CRIS, reason=RefusalReason.SUBJECT_DECEASED)
    elsewhere = ACCEPTED.model_copy(update={"channel": Channel.NORWAY, "notification_id": UUID(int=51)})
    tellings = [fact.model_copy(update={"notification_id": UUID(int=60 + number)}) for number, fact in enumerate(outcomes)]
    await tell(stats, *((fact, FIRST) for fact in (*tellings, again, elsewhere)))

    answer = await ask(stats, "/channels", **PERIOD)

    lines = {line["channel"]: line for line in answer["channels"]}
    assert lines["uk-cris"] == {
        "channel": "uk-cris", "accepted": 1, "refused": 2, "referred": 1, "duplicated": 1, "held": 1, "total": 6,
        "refusals": {"no-uk-link": 1, "subject-deceased": 1},
    }  # fmt: skip
    assert (lines["norway"]["accepted"], lines["norway"]["total"]) == (1, 1)
    assert list(lines) == [channel.value for channel in Channel]
    assert lines["bermuda"]["total"] == 0


async def test_a_past_period_never_changes_its_sum_when_a_telling_is_decided_anew(stats: Desk) -> None:
    next_year = AFTER + timedelta(days=30)
    await tell(stats, (REFERRED, LAST), (ACCEPTED, next_year))

    then = await ask(stats, "/channels", **PERIOD, as_known=noon(LAST).isoformat())
    now = await ask(stats, "/channels", **PERIOD)

    before, after = (answer["channels"][0] for answer in (then, now))
    assert (before["referred"], before["accepted"], before["total"]) == (1, 0, 1)
    assert (after["referred"], after["accepted"], after["total"]) == (0, 1, 1)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/years/2021", {}),
        ("/years/2021-23", {}),
        ("/years/2021-22", {"as_known": "2021-05-03T12:00:00"}),
        ("/intelligence-checks", {"from": "2021-13", "to": "2022-03"}),
        ("/intelligence-checks", {"from": "2022-03", "to": "2021-04"}),
        ("/intelligence-checks", {"from": "2021-04"}),
        ("/channels", {"from": "2022-04-01", "to": "2021-04-01"}),
        ("/channels", {"from": "1900-01-01", "to": "2021-04-01"}),
        ("/transfers", {"from": "April", "to": "2021-04-01"}),
    ],
)
async def test_a_period_that_is_none_is_refused(stats: Desk, path: str, params: dict[str, str]) -> None:
    answer = await stats.http.get(path, params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/years/2021-22", "/channels", "/transfers", "/intelligence-checks"])
async def test_nobody_asks_without_the_token(stats: Desk, path: str) -> None:
    answer = await stats.http.get(path, params=PERIOD, headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401
