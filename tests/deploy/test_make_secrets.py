"""Whether the secrets of a machine are its own, complete, closed to others, and never lost."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from contracts.catalogue import SERVICES
from landfall.prepare import Preparation
from tests.deploy.place import compose, inside, made_secrets


def contents(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir()}


def test_every_secret_that_a_container_is_given_is_made(tmp_path: Path) -> None:
    secrets = made_secrets(tmp_path)

    assert set(contents(secrets)) == set(compose()["secrets"])


def test_nobody_else_on_the_machine_can_open_the_folder(tmp_path: Path) -> None:
    secrets = made_secrets(tmp_path)

    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in secrets.iterdir()} == {0o644}


def test_made_twice_the_secrets_stay_as_they_were(tmp_path: Path) -> None:
    before = contents(made_secrets(tmp_path))

    again = subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True, text=True)

    assert contents(tmp_path / "secrets") == before
    assert "kept" in again.stderr


def test_two_machines_share_no_secret(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()

    one, other = contents(made_secrets(tmp_path / "one")), contents(made_secrets(tmp_path / "other"))

    assert not set(one.values()) & set(other.values())


def test_the_preparation_gives_each_service_the_password_that_it_will_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = made_secrets(tmp_path)

    monkeypatch.setenv("LANDFALL_KAFKA_BOOTSTRAP", "kafka:9092")

    preparation = Preparation.read(inside("prepare", secrets, tmp_path / "given"))

    told = {service: password.get_secret_value() for service, password in preparation.service_passwords.items()}
    shown = {service: f"postgresql://{service}:{told[service]}@postgres:5432/{service}" for service in SERVICES}
    assert {service: (secrets / f"{service}_database_url").read_text() for service in SERVICES} == shown
    assert len(set(told.values())) == len(SERVICES)
    assert json.loads((secrets / "service_passwords").read_text()) == told
