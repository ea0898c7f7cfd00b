"""A newcomer's checkout: a fresh clone of what is committed, in which only the README's commands are run."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil

ROOT = Path(__file__).parent.parent.parent
LONGEST_SECONDS, PATIENCE_SECONDS = 900.0, 120.0
OURS = ("LANDFALL_", "MAKE", "MFLAGS", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Ran:
    """How one command went."""

    status: int
    seconds: float
    output: str


@dataclass
class Clone:
    """A fresh clone."""

    folder: Path

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """Start a command in the clone, without settings of ours."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return subprocess.Popen(command, cwd=self.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *command: str) -> Ran:
        """Run a command to its end."""
        began = monotonic()
        process = self.start(*command)
        output, _ = process.communicate(timeout=LONGEST_SECONDS)
        return Ran(process.returncode, monotonic() - began, output)


@contextmanager
def clone() -> Iterator[Clone]:
    """Clone HEAD; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="landfall-clone-"))
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "landfall")], check=True)
        yield Clone(folder / "landfall")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def service_process(of: "subprocess.Popen[str]", name: str) -> psutil.Process:
    """The process of one service below a running demonstration.

    Raises:
        AssertionError: there is none within the time.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        for each in psutil.Process(of.pid).children(recursive=True):
            try:
                if f"services.{name}" in each.cmdline():
                    return each
            except psutil.Error:
                continue
        sleep(0.2)
    message = f"no process of {name} below the demonstration"
    raise AssertionError(message)
