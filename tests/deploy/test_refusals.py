"""Whether what is wrongly set is refused by name, and no secret is shown with it."""

import argparse
from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.settings import read_settings
from landfall import play, prepare

NOTHING = argparse.Namespace(seed=2021)
SECRET = "a-password-that-nobody-may-see"


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that every command needs, and a closed port for what must be connected to."""
    monkeypatch.setenv("LANDFALL_SUPERUSER_URL", f"postgresql://postgres:{SECRET}@127.0.0.1:1/postgres")
    monkeypatch.setenv("LANDFALL_DATABASE_URL", f"postgresql://records:{SECRET}@127.0.0.1:1/records")
    monkeypatch.setenv("LANDFALL_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("LANDFALL_API_TOKEN", SECRET)


def test_a_service_without_a_token_names_it_and_shows_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDFALL_API_TOKEN")

    with pytest.raises(ValidationError) as refused:
        read_settings(tmp_path)

    assert "api_token" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_variable_speaks_before_a_file(tmp_path: Path) -> None:
    (tmp_path / "landfall_api_token").write_text("the file's\n")

    settings = read_settings(tmp_path)

    assert settings.api_token.get_secret_value() == SECRET


def test_where_no_secrets_are_given_the_variables_are_enough(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "missing")

    assert settings.api_token.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("passwords", "complaint"),
    [
        (f'{{"records": "{SECRET}"}}', "one password for each of records, intel, handover, stats"),
        (SECRET, "service_passwords"),
        (f'{{"records": "{SECRET}", "intel": "1", "handover": "2", "stats": "3"}}', "ConnectionRefusedError"),
    ],
)
def test_what_cannot_be_prepared_is_named_without_a_password(
    passwords: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDFALL_SERVICE_PASSWORDS", passwords)

    status = prepare.run(NOTHING)

    told = capsys.readouterr().err
    assert status == 1
    assert complaint in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("addresses", "complaint"),
    [
        ("{}", "an HTTP address for each of records, intel, handover, stats"),
        ('{"records": "http://r", "intel": "http://i", "handover": "http://h", "stats": "http://s"}', "KafkaConnectionError"),
    ],
)
def test_a_year_that_cannot_be_played_says_why(
    addresses: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDFALL_CLOCK", "event")
    monkeypatch.setenv("LANDFALL_SERVICE_ADDRESSES", addresses)

    status = play.run(NOTHING)

    told = capsys.readouterr().err
    assert status == 1
    assert complaint in told
    assert SECRET not in told
