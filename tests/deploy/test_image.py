"""Whether the image holds what the services need, nothing else, and no rights."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.deploy.place import ROOT, container

INSTRUCTIONS = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
COPIED = {line.split()[1] for line in INSTRUCTIONS if line.startswith("COPY") and "--from" not in line}
LET_IN = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
RUN_INSIDE = ("services", "simulators", "landfall")


def imported_by(folder: str) -> set[str]:
    """Our own top folders that a folder's modules import."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / folder).rglob("*.py")]
    names = [node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names if (ROOT / name.split(".")[0] / "__init__.py").exists()}


def test_the_image_takes_in_what_it_runs_and_imports_and_nothing_else() -> None:
    needed = set(RUN_INSIDE).union(*(imported_by(folder) for folder in (*RUN_INSIDE, "chassis", "trust", "contracts")))

    assert {"requirements.txt", *needed} == COPIED
    assert LET_IN == COPIED


def test_nothing_enters_the_build_that_is_not_named() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert not any(each.startswith(("deploy", "tests", ".")) for each in LET_IN)


def test_packages_are_installed_by_their_hashes_alone() -> None:
    installs = [line for line in INSTRUCTIONS if "pip install" in line]

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert all(re.search(r"\\\n +--hash=sha256:", each) for each in re.split(r"\n(?=[a-z])", (ROOT / "requirements.txt").read_text())[1:])


def test_the_image_is_an_ordinary_user_to_the_kernel_and_knows_no_secret() -> None:
    users = [line.split()[1] for line in INSTRUCTIONS if line.startswith("USER")]

    assert users == ["10001:10001"]
    assert not any(word in line.upper() for line in INSTRUCTIONS[1:] for word in ("PASSWORD", "TOKEN", "ARG "))


@contextmanager
def answering(status: HTTPStatus) -> Iterator[int]:
    """A door that answers every request with `status`; its port."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else HTTPStatus.NOT_FOUND)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(HTTPStatus.OK, True), (HTTPStatus.SERVICE_UNAVAILABLE, False)])
def test_a_container_is_healthy_when_its_service_is_ready(status: HTTPStatus, healthy: bool) -> None:  # noqa: FBT001 - a parameter of the case
    how, _python, options, program = container("records")["healthcheck"]["test"]
    with answering(status) as port:
        looked = subprocess.run([sys.executable, options, program.replace("8080", str(port))], check=False, cwd=Path("/"))

    assert how == "CMD"
    assert (looked.returncode == 0) is healthy


def test_a_container_whose_service_does_not_answer_is_not_healthy() -> None:
    program = container("records")["healthcheck"]["test"][-1]
    with answering(HTTPStatus.OK) as port:
        pass

    looked = subprocess.run([sys.executable, "-ISc", program.replace("8080", str(port))], check=False, capture_output=True)

    assert looked.returncode != 0
