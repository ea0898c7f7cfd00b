"""Whether docker-compose.yml describes the system that the code and the catalogue describe, and leaves no door open."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from chassis.settings import ClockKind, Profile, Settings, read_settings
from contracts.catalogue import SECRET_KEEPERS, SERVICES
from landfall.play import Outside
from landfall.prepare import Preparation
from tests.deploy.place import ROOT, SECRETS, compose, container, given_secrets, inside, made_secrets
from tests.places.docker import KAFKA_IMAGE, POSTGRES_IMAGE

OURS = (*SERVICES, "prepare", "scenario")
PREFIX = "LANDFALL_"


def test_every_service_of_the_catalogue_runs_and_nothing_that_we_do_not_know() -> None:
    commands = {name: container(name)["command"] for name in SERVICES}

    assert commands == {name: [f"services.{name}"] for name in SERVICES}
    assert set(compose()["services"]) == {"kafka", "postgres", *OURS}


def test_servers_are_those_that_the_tests_run_on() -> None:
    images = {container("kafka")["image"], container("postgres")["image"]}

    assert images == {KAFKA_IMAGE, POSTGRES_IMAGE}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_after_its_tables_and_topics_and_starts_again_when_it_dies(name: str) -> None:
    awaited = {other: rule["condition"] for other, rule in container(name)["depends_on"].items()}

    assert awaited == {"kafka": "service_healthy", "postgres": "service_healthy", "prepare": "service_completed_successfully"}
    assert container(name)["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_what_we_wrote_runs_without_rights_and_cannot_change_its_own_files(name: str) -> None:
    found = container(name)

    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "user"} & set(found)


@pytest.mark.parametrize(("name", "settings"), [*((name, Settings) for name in SERVICES), ("prepare", Preparation), ("scenario", Outside)])
def test_every_variable_that_a_container_is_given_is_a_setting_that_it_reads(name: str, settings: type[BaseSettings]) -> None:
    variables = {each.removeprefix(PREFIX).lower() for each in container(name)["environment"]}
    files = {each.removeprefix(PREFIX.lower()) for each in given_secrets(name)}

    assert variables | files <= set(settings.model_fields)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_accepts_its_settings_and_enters_its_own_database_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = inside(name, made_secrets(tmp_path), tmp_path / "given")
    for variable, value in container(name)["environment"].items():
        monkeypatch.setenv(variable, value.replace("${LANDFALL_CLOCK:-live}", "live"))

    settings = read_settings(secrets)

    assert (settings.profile, settings.clock) == (Profile.KAFKA, ClockKind.LIVE)
    assert settings.database_url.get_secret_value().startswith(f"postgresql://{name}:")
    assert settings.database_url.get_secret_value().endswith(f"@postgres:5432/{name}")
    assert set(given_secrets(name)) == {"landfall_database_url", "landfall_api_token"}


@pytest.mark.parametrize("name", SECRET_KEEPERS)
def test_who_keeps_secrets_alone_holds_its_keys_and_finds_them_where_they_were_made(name: str) -> None:
    volume = f"{name}-keys"
    holders = {each for each in OURS if any(mounted.startswith(f"{volume}:") for mounted in container(each).get("volumes", []))}
    made_at = Path(container("prepare")["environment"]["LANDFALL_KEY_FOLDER"]) / name

    assert holders == {"prepare", name}
    assert f"{volume}:{made_at}" in container("prepare")["volumes"]
    assert container(name)["volumes"] == [f"{volume}:/var/lib/landfall/keys:ro"]
    assert container(name)["environment"]["LANDFALL_KEY_FILE"] == "/var/lib/landfall/keys/development.json"


def test_no_password_stands_in_the_file() -> None:
    spoken = {name: value for each in compose()["services"].values() for name, value in each.get("environment", {}).items()}
    telling = {name for name in spoken if any(word in name for word in ("PASSWORD", "TOKEN", "SECRET", "DATABASE_URL", "SUPERUSER"))}

    assert telling == {"POSTGRES_PASSWORD_FILE"}
    assert {spoken[name] for name in telling} == {"/run/secrets/postgres_password"}
    assert not any("://" in str(value) and "@" in str(value) for value in spoken.values())
    assert all(list(each) == ["file"] and each["file"] == f"{SECRETS}/{name}" for name, each in compose()["secrets"].items())
    assert "secrets/" in (ROOT / SECRETS).with_name(".gitignore").read_text().splitlines()


def test_only_the_services_http_side_can_be_reached_and_from_this_machine_alone() -> None:
    published = {name: each["ports"] for name, each in compose()["services"].items() if "ports" in each}

    assert published == {name: [f"127.0.0.1:{8081 + number}:8080"] for number, name in enumerate(SERVICES)}
    assert container("kafka")["networks"] == container("postgres")["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}


def test_kafka_makes_no_topic_and_postgresql_trusts_nobody() -> None:
    assert container("kafka")["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert "--auth=scram-sha-256" in container("postgres")["environment"]["POSTGRES_INITDB_ARGS"]


def test_the_scenario_plays_only_when_asked_for_and_then_by_its_own_calendar() -> None:
    asked = dict(line.split("=") for line in (ROOT / "deploy/compose/scenario.env").read_text().splitlines() if not line.startswith("#"))

    assert asked == {"COMPOSE_PROFILES": "scenario", "LANDFALL_CLOCK": "event"}
    assert container("scenario")["profiles"] == ["scenario"]
    assert not any("profiles" in container(name) for name in (*SERVICES, "prepare", "kafka", "postgres"))
    assert {rule["condition"] for rule in container("scenario")["depends_on"].values()} == {"service_healthy"}


def scenario_environment(monkeypatch: pytest.MonkeyPatch, clock: str) -> None:
    for variable, value in container("scenario")["environment"].items():
        monkeypatch.setenv(variable, value.replace("${LANDFALL_CLOCK:-live}", clock))


def test_the_scenario_finds_every_service_where_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario_environment(monkeypatch, "event")

    outside = Outside.read(inside("scenario", made_secrets(tmp_path), tmp_path / "given"))

    assert outside.service_addresses == {name: f"http://{name}:8080" for name in SERVICES}


def test_the_scenario_refuses_to_play_to_services_that_go_by_the_wall_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario_environment(monkeypatch, "live")
    secrets = inside("scenario", made_secrets(tmp_path), tmp_path / "given")

    with pytest.raises(ValidationError, match="LANDFALL_CLOCK=event"):
        Outside.read(secrets)
