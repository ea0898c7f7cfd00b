"""While one release takes over from the last, each reads with its own code what the other says, and knows what it does not know (H18)."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts import wire
from contracts.generate import ROOT
from tests.compatibility import reading
from tests.contracts.golden import altered, bytes_of, example, kinds, topic_for, topic_of

RELEASE = re.compile(r"^## (?P<version>\S+) \(.*commit (?P<commit>[0-9a-f]{7,40})\)$", re.MULTILINE)
NOBODY_KNOWS = "nobody-knows.v1"


@dataclass(frozen=True)
class Release:
    """A release's own contracts, in a folder of theirs."""

    version: str
    folder: Path

    def examples(self) -> dict[str, bytes]:
        """Its golden examples, by type."""
        return {path.stem: path.read_bytes() for path in sorted((self.folder / "contracts" / "examples").glob("*.json"))}

    def reads(self, told: Mapping[str, tuple[str, bytes]]) -> dict[str, dict[str, Any]]:
        """What its code makes of each value on its topic, in a process of its own."""
        lines = [json.dumps({"topic": topic, "value": value.decode()}) for topic, value in told.values()]
        ran = subprocess.run(
            [sys.executable, reading.__file__], input="\n".join(lines), env=os.environ | {"PYTHONPATH": str(self.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        code, *answers = ran.stdout.splitlines()
        assert Path(code).is_relative_to(self.folder), f"{code} is not the code of {self.version}"
        return {name: json.loads(answer) for name, answer in zip(told, answers, strict=True)}


@pytest.fixture(scope="module")
def last(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The last release that has a commit, as its commit has it. Where the history is not there nothing is shown, and nothing is wrong."""
    if not (ROOT / ".git").exists():
        pytest.xfail("an export without .git has no history, and so not the last release's code: run this in a clone")
    named = RELEASE.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert named is not None, "CHANGELOG.md names no release with its commit"
    folder = tmp_path_factory.mktemp("last")
    ran = subprocess.run(["git", "-C", str(ROOT), "archive", named["commit"], "contracts"], capture_output=True, check=False)  # noqa: S607 - git is found as the user finds it
    if ran.returncode:
        why = f"the code of {named['version']} is not here, so nobody has seen that it reads this release: get the whole history"
        pytest.xfail(f"{why} (git fetch --unshallow): {ran.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(ran.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return Release(named["version"], folder)


@pytest.fixture(scope="module")
def read_by_the_last(last: Release) -> dict[str, dict[str, Any]]:
    """What the last release's code makes of every example of this one."""
    return last.reads({kind: (topic_of(kind).name, bytes_of(example(kind))) for kind in kinds()})


def _other(again: Any, told: Any, place: str = "") -> Iterator[str]:
    """Where something is said again otherwise than it was told, at any depth; what is not known is left out, and null tells nothing."""
    if isinstance(again, dict) and isinstance(told, dict):
        for name, value in again.items():
            yield from _other(value, told.get(name), f"{place}/{name}")
    elif isinstance(again, list) and isinstance(told, list) and len(again) == len(told):
        for index, both in enumerate(zip(again, told, strict=True)):
            yield from _other(*both, f"{place}/{index}")
    elif again != told:
        yield place


@pytest.mark.parametrize("kind", kinds())
def test_what_this_release_says_is_read_by_the_last_one_or_known_to_be_unknown(
    last: Release, read_by_the_last: dict[str, dict[str, Any]], kind: str
) -> None:
    answer = read_by_the_last[kind]

    if kind in last.examples():
        assert "read" in answer, answer
        assert list(_other(answer["read"], example(kind))) == []
    else:
        assert "unknown" in answer, answer


def test_what_the_last_release_says_is_read_by_this_one(last: Release) -> None:
    told = last.examples()

    again = {kind: json.loads(wire.decode(topic_for(json.loads(value)), value).to_bytes()) for kind, value in told.items()}

    assert len(again) > 20
    assert {kind: found for kind in told if (found := list(_other(again[kind], json.loads(told[kind]))))} == {}


def test_neither_takes_for_garbage_what_it_does_not_know(last: Release) -> None:
    told = {kind: (topic_of(kind).name, altered(kind, type=NOBODY_KNOWS)) for kind in kinds()}

    theirs, ours = last.reads(told), {kind: reading.read(topic, value.decode()) for kind, (topic, value) in told.items()}

    assert {kind for kind in told if "unknown" not in theirs[kind]} == set()
    assert {kind for kind in told if "unknown" not in ours[kind]} == set()


def test_what_only_one_of_them_knows_on_another_topic_is_refused(last: Release) -> None:
    """A check that sees no difference between what is read and what is not would pass all the others."""
    strange = {"garbage": ("records.v1", b"no JSON"), "elsewhere": ("records.v1", bytes_of(example("handover-offered.v1")))}

    answers = last.reads(strange)

    assert [list(answer) for answer in answers.values()] == [["refused"], ["unknown"]]
