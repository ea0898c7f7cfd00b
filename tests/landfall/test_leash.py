"""A program on the leash ends with whoever holds it, and in order where it can."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import psutil
import pytest

from landfall.children import Leash, kill, start, stop
from tests.waiting import until

OBEDIENT = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"


@pytest.fixture
def own_leash() -> Iterator[Leash]:
    held = Leash()
    yield held
    held.close()


async def _up(held: Leash, program: str, log: Path) -> tuple[Popen[bytes], list[psutil.Process]]:
    process = start(held, [sys.executable, "-c", program], log)
    await until(lambda: "up" in log.read_text(), "the program runs")
    return process, psutil.Process(process.pid).children(recursive=True)


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)


@pytest.mark.parametrize("program", [OBEDIENT, STUBBORN, PARENT], ids=["obedient", "stubborn", "with children of its own"])
async def test_a_program_ends_when_its_leash_breaks(own_leash: Leash, tmp_path: Path, program: str) -> None:
    process, programs = await _up(own_leash, program, tmp_path / "log")

    own_leash.close()

    await until(lambda: process.poll() is not None and _gone(programs), "the program has ended", patience_seconds=10)


async def test_a_program_is_told_to_stop_before_it_is_made_to(own_leash: Leash, tmp_path: Path) -> None:
    process, _ = await _up(own_leash, OBEDIENT, tmp_path / "log")

    stop(process)

    assert process.returncode == 7


async def test_a_program_whose_leash_was_killed_is_not_left_behind(own_leash: Leash, tmp_path: Path) -> None:
    process, programs = await _up(own_leash, OBEDIENT, tmp_path / "log")
    os.kill(process.pid, signal.SIGKILL)
    await until(lambda: process.poll() is not None, "the leash has ended")

    kill(process)

    await until(lambda: _gone(programs), "the program has ended")
