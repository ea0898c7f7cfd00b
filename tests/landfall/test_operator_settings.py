"""Which service an operator's command is for is said in one way, and what is missing is named: a command needs no more than it uses."""

import argparse
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from chassis.settings import DatabaseSettings
from landfall import held, positions, reconcile, replay, stop
from landfall.operator_settings import Operator, read
from landfall.operators import RefusedError

URL = "postgresql://intel:CANARY@127.0.0.1:1/intel"
COMMANDS = {
    held: ["list"],
    stop: ["show"],
    positions: ["show"],
    replay: ["said", "--topic", "checks.v1", "--by", "4711", "--reason", "lost"],
    reconcile: [],
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDFALL_DATABASE_URL", raising=False)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.__name__)
def test_every_command_names_the_variable_that_is_missing_and_says_where_to_run_it(
    command: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)

    assert command.run(parser.parse_args(COMMANDS[command])) == 1
    assert capsys.readouterr().err.startswith("not done: LANDFALL_DATABASE_URL: Field required. It is for the service whose LANDFALL_*")


def test_where_only_the_database_is_asked_nothing_else_has_to_be_set_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", URL)
    monkeypatch.setenv("LANDFALL_ENV", "production")

    assert read(DatabaseSettings).database_url == SecretStr(URL)
    with pytest.raises(RefusedError, match="set LANDFALL_KAFKA_CA_FILE"):
        read(Operator)


def test_where_kafka_is_asked_the_token_of_its_http_side_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", URL)
    monkeypatch.setenv("LANDFALL_KAFKA_BOOTSTRAP", "kafka:9092")

    assert read(Operator).kafka_bootstrap == "kafka:9092"


def test_a_variable_may_be_a_file_as_containers_are_given_it(tmp_path: Path) -> None:
    (tmp_path / "landfall_database_url").write_text(URL)

    assert read(DatabaseSettings, tmp_path).database_url == SecretStr(URL)


def test_what_is_wrong_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", URL)
    monkeypatch.setenv("LANDFALL_KAFKA_SESSION_TIMEOUT_MS", "CANARY")

    with pytest.raises(RefusedError, match="LANDFALL_KAFKA_SESSION_TIMEOUT_MS") as refused:
        read(Operator)

    assert "CANARY" not in str(refused.value)
