"""Each cure is taken out in turn, in a clone, and the test that guards it must go red."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.proof.running import pytest_in

PATIENCE_SECONDS = "20"

RED = 1
"""What pytest ends with where a test failed, and where one could not even begin; the short summary tells them apart."""


@dataclass(frozen=True)
class Cure:
    """A patch that takes one cure out, what it is, and the test that must see it."""

    patch: Path
    what: str
    test: str

    @classmethod
    def read(cls, patch: Path) -> "Cure":
        what, test, *_ = patch.read_text().splitlines()
        return cls(patch, what.removeprefix("# "), test.removeprefix("# test: "))


@dataclass(frozen=True)
class Taken:
    """How its test went without it."""

    cure: Cure
    status: int
    seconds: float
    output: str

    @property
    def caught(self) -> bool:
        """Whether its own test failed, with whatever parameters: one whose places were not there (ERROR) has seen nothing."""
        failed = re.compile(rf"^FAILED {re.escape(self.cure.test)}(\[| |$)", re.MULTILINE)
        return self.status == RED and failed.search(self.output) is not None

    def __str__(self) -> str:
        verdict = "caught" if self.caught else f"NOT CAUGHT (pytest ended with {self.status})"
        return f"{verdict:8} {self.cure.patch.stem:6} {self.cure.what} [{self.seconds:.0f} s]"


def cures(folder: Path) -> list[Cure]:
    """All of them, in the order of the hazards."""
    found = sorted((folder / "tests" / "proof" / "cures").glob("*.patch"), key=_place)
    return [Cure.read(each) for each in found]


def _place(patch: Path) -> tuple[int, str]:
    found = re.fullmatch(r"H(\d+)(.*)", patch.stem)
    return (int(found[1]), found[2]) if found else (0, patch.stem)


def take_out(folder: Path, cure: Cure, places: Mapping[str, str]) -> Taken:
    """Without it, its test, in places that are lent to it; and then back with it.

    Raises:
        subprocess.CalledProcessError: the patch does not apply any more.
    """
    subprocess.run(["git", "apply", str(cure.patch)], cwd=folder, check=True)
    try:
        return Taken(cure, *pytest_in(folder, [cure.test], LANDFALL_TEST_PATIENCE_SECONDS=PATIENCE_SECONDS, **places))
    finally:
        subprocess.run(["git", "apply", "--reverse", str(cure.patch)], cwd=folder, check=True)
