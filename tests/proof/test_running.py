"""A suite proves its claim only where all of it passed: what was skipped, or could show nothing, is a hole in the proof."""

import pytest

from tests.proof.claims import Proof
from tests.proof.running import all_pass


def _status(summary: str, status: int = 0) -> int:
    proof = Proof("proof-of-a-test")
    all_pass(proof, "all of it", (status, 1.0, f"...\n{summary} in 1.00s\n"))
    return proof.close()


def test_what_passed_holds() -> None:
    assert _status("3 passed") == 0


@pytest.mark.parametrize("summary", ["2 passed, 1 skipped", "2 passed, 1 xfailed"])
def test_what_was_not_shown_does_not_hold(summary: str) -> None:
    assert _status(summary) == 1


def test_what_failed_does_not_hold() -> None:
    assert _status("1 failed, 2 passed", status=1) == 1
