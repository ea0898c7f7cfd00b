"""Law that nobody compared with its source decides about nobody real."""

from dataclasses import replace
from datetime import date

import pytest

from chassis.settings import Environment
from services.records.app import UnverifiedLawError, main, refuse_unverified
from services.records.law import CATEGORIES
from trust.key_file import UnusableKeyFileError

VERIFIED = tuple(replace(row, verified=True) for row in CATEGORIES)


@pytest.fixture(autouse=True)
def _set_up_for_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as every service has to be; only the key file is missing, so that nothing starts in these tests."""
    monkeypatch.setenv("LANDFALL_ENV", "production")
    monkeypatch.setenv("LANDFALL_KAFKA_CA_FILE", "/etc/landfall/kafka-ca.pem")
    monkeypatch.setenv("LANDFALL_DATABASE_URL", "postgresql://records@127.0.0.1:1/records")
    monkeypatch.setenv("LANDFALL_API_TOKEN", "-")
    monkeypatch.delenv("LANDFALL_KEY_FILE", raising=False)


def test_in_production_records_does_not_start_on_law_that_nobody_compared_and_says_what_to_do() -> None:
    with pytest.raises(UnverifiedLawError, match=r"printed table .* mark it verified=True in services/records/law\.py.* 1001, "):
        main()


def test_in_development_it_goes_on_to_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_ENV", "development")

    with pytest.raises(UnusableKeyFileError):
        main()


def test_in_production_law_that_was_compared_row_by_row_may_decide() -> None:
    refuse_unverified(Environment.PRODUCTION, VERIFIED)


@pytest.mark.parametrize("since", [date(2004, 5, 1), date(2100, 1, 1)])
def test_one_row_that_was_not_compared_is_named_also_where_it_has_still_to_come_into_force(since: date) -> None:
    rows = (*VERIFIED, replace(CATEGORIES[0], category="1011", valid_from=since))

    with pytest.raises(UnverifiedLawError, match=r": 1011$"):
        refuse_unverified(Environment.PRODUCTION, rows)


def test_a_row_that_is_in_force_no_more_decides_about_nobody() -> None:
    refuse_unverified(Environment.PRODUCTION, (*VERIFIED, replace(CATEGORIES[0], valid_to=date(2020, 12, 31))))
