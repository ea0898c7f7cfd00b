"""One program everywhere: what differs is said in LANDFALL_* variables, and production takes no shortcut."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.settings import ClockKind, Profile, Settings, read_settings

SECRET = "a secret that nobody may read"


@pytest.fixture(autouse=True)
def _needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", "postgresql://intel:knock-knock@127.0.0.1/intel")
    monkeypatch.setenv("LANDFALL_API_TOKEN", SECRET)


def test_production_refuses_the_embedded_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_ENV", "production")
    monkeypatch.setenv("LANDFALL_PROFILE", "embedded")

    with pytest.raises(ValidationError, match="set LANDFALL_PROFILE=kafka"):
        Settings()


def test_production_refuses_the_event_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_ENV", "production")
    monkeypatch.setenv("LANDFALL_CLOCK", "event")

    with pytest.raises(ValidationError, match="set LANDFALL_CLOCK=live"):
        Settings()


def test_production_refuses_a_broker_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_ENV", "production")

    with pytest.raises(ValidationError, match="set LANDFALL_KAFKA_CA_FILE"):
        Settings()


def test_production_runs_on_apache_kafka_under_tls_and_on_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_ENV", "production")
    monkeypatch.setenv("LANDFALL_KAFKA_CA_FILE", "/etc/landfall/kafka-ca.pem")

    settings = Settings()

    assert (settings.profile, settings.clock, settings.idempotent_producer) == (Profile.KAFKA, ClockKind.LIVE, True)


def test_a_missing_variable_is_named_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDFALL_DATABASE_URL")

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert "database_url" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_no_secret_is_shown_when_settings_are_printed() -> None:
    settings = Settings()

    assert SECRET not in repr(settings)
    assert "knock-knock" not in repr(settings)


def test_a_secret_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDFALL_API_TOKEN")
    (tmp_path / "landfall_api_token").write_text("from a file\n")

    settings = read_settings(tmp_path)

    assert settings.api_token.get_secret_value() == "from a file"


def test_one_connection_to_the_database_is_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_POOL_SIZE", "1")

    with pytest.raises(ValidationError, match="greater than or equal to 2"):
        Settings()
