"""How the tests of a checkout are run for a proof, and what of it is said."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.proof.claims import Proof


def pytest_in(folder: Path, tests: Sequence[str], **more: str) -> tuple[int, float, str]:
    """Run these tests of a checkout with this environment's Python, one after another; status, seconds, what was printed."""
    began = monotonic()
    environment = {**os.environ, "LANDFALL_TEST_KAFKA": "jars", **more}
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--color=no", *tests]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, monotonic() - began, ran.stdout + ran.stderr


def failures(output: str) -> str:
    """What pytest says of them, without what was logged meanwhile."""
    return "\n".join(line for line in output.splitlines() if line.startswith(("E  ", ">", "FAILED ", "ERROR tests")))[-5000:]


def last_line(output: str) -> str:
    """How many passed or failed, as pytest says at the end."""
    return output.strip().splitlines()[-1].strip("= ") if output.strip() else "nothing ran"


def all_pass(proof: Proof, what: str, ran: tuple[int, float, str]) -> None:
    """Claim that they did, and that none was skipped, or could not show anything."""
    status, seconds, output = ran
    summary = last_line(output)
    good = status == 0 and "skipped" not in summary and "xfailed" not in summary
    proof.must(what, f"{summary} [{seconds:.0f} s]", "all pass, none skipped", holds=good)
    if status:
        print(failures(output), flush=True)
