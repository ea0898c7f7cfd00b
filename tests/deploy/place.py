"""The files that say how Landfall runs in containers, read as data."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
COMPOSE_FILE = ROOT / "docker-compose.yml"
SECRETS = "deploy/compose/secrets"


@cache
def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved and its variables as they stand."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return found


def container(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def given_secrets(name: str) -> dict[str, str]:
    """What a container is given in /run/secrets: the name there, and the name of the secret."""
    wanted = container(name).get("secrets", [])
    return dict((each, each) if isinstance(each, str) else (each["target"], each["source"]) for each in wanted)


def made_secrets(folder: Path) -> Path:
    """Run make-secrets in a folder of its own; where its secrets are."""
    script = shutil.copy2(ROOT / "deploy" / "compose" / "make-secrets", folder)
    subprocess.run([script], check=True, capture_output=True)
    return folder / "secrets"


def inside(name: str, secrets: Path, folder: Path) -> Path:
    """A folder that holds what the container finds in /run/secrets."""
    folder.mkdir()
    for target, source in given_secrets(name).items():
        shutil.copy(secrets / source, folder / target)
    return folder
