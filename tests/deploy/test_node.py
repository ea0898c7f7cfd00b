"""The AsyncAPI document is checked with a Node that can do it; with an older one `make check` says that it was not checked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE, NODE, NPM = (shutil.which(each) or "" for each in ("make", "node", "npm"))

pytestmark = pytest.mark.skipif(not (MAKE and NODE and NPM), reason="needs node, npm and make")


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In its place a Node is put first that says it is of another version, and is otherwise the one of this machine."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "node"


@pytest.mark.parametrize(
    ("version", "enough"), [("8.17.0", False), ("16.20.2", False), ("18.20.4", True), ("20.20.2", True), ("100.0.0", True)]
)
def test_the_version_of_node_is_looked_at(pretend: Path, version: str, *, enough: bool) -> None:
    version_first = f"Object.defineProperty(process.versions, 'node', {{value: '{version}'}});"
    pretend.write_text(f"""#!/bin/sh\nexec {NODE} -e "{version_first} $2"\n""", encoding="utf-8")
    pretend.chmod(0o755)

    asked = subprocess.run([MAKE, "-s", "has-node"], cwd=ROOT, check=False, capture_output=True)

    assert (asked.returncode == 0) is enough


def test_with_an_older_node_it_is_said_that_the_document_was_not_checked(pretend: Path) -> None:
    pretend.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    pretend.chmod(0o755)

    asked = subprocess.run([MAKE, "-s", "check-asyncapi"], cwd=ROOT, check=False, capture_output=True, text=True)

    assert (asked.returncode, asked.stdout) == (0, "")
    assert asked.stderr.startswith("NOT CHECKED: docs/asyncapi/asyncapi.json needs npm and node 18 or newer")
