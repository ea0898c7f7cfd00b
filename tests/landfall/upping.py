"""`landfall up` as an operator starts it: a process of its own, looked at from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 120.0
END_SECONDS = 10.0


@dataclass
class Up:
    """A running `landfall up`."""

    process: "subprocess.Popen[str]"
    said: list[str]

    @property
    def folder(self) -> Path:
        """Its private folder."""
        return Path(next(line.split()[1] for line in self.said if line.startswith("facts "))).parent

    @property
    def facts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = json.loads((self.folder / "run.json").read_text())
        return found

    def rest(self) -> str:
        """What it said after that it was up."""
        return self.process.stdout.read() if self.process.stdout is not None else ""

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def up(*before: str) -> Iterator[Up]:
    """Start it, wait until it says that Ctrl-C stops everything, and end it whatever happened."""
    with starting(*before) as process:
        running = Up(process, said_until(process, "Ctrl-C"))
        yield running
    # A supervisor that was killed could not tidy up.
    shutil.rmtree(running.folder, ignore_errors=True)


@contextmanager
def starting(*before: str) -> Iterator["subprocess.Popen[str]"]:
    """Start it without waiting, and end it whatever happened."""
    command = [*before, sys.executable, "-u", "-m", "landfall", "up"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def said_until(process: "subprocess.Popen[str]", start: str) -> list[str]:
    """What it said up to the line that starts like that."""
    deadline = monotonic() + READY_SECONDS
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip())
        if line.startswith(start):
            return said
        assert monotonic() < deadline, "landfall up is not ready in time"
    message = f"landfall up ended with {process.wait()}: {said}"
    raise AssertionError(message)


def all_gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end within the ten seconds that are promised."""
    deadline = monotonic() + END_SECONDS
    while monotonic() < deadline:
        if not any(_runs(each) for each in processes):
            return True
        sleep(0.1)
    return False


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def not_root() -> tuple[str, ...]:
    """What to put before a command so that it runs as somebody other than root."""
    return ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
