"""Only the pinned jars are run."""

import hashlib
from pathlib import Path

import pytest

from landfall import pinned_jars
from landfall.pinned_jars import NoAnswerError, WrongJarError


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one jar that is pinned."""
    jars = tmp_path / "jars"
    jars.mkdir()
    (jars / "kafka.jar").write_bytes(b"as it was")
    (tmp_path / "jars.sha256").write_text(f"{hashlib.sha256(b'as it was').hexdigest()}  kafka.jar\n")
    monkeypatch.setattr(pinned_jars, "PINS", tmp_path)
    return jars


def test_the_pinned_jars_are_taken(pinned: Path) -> None:
    pinned_jars.verify(pinned)

    assert (pinned / "kafka.jar").exists()


@pytest.mark.parametrize("change", ["altered", "missing", "superfluous"])
def test_any_other_jar_is_refused(pinned: Path, change: str) -> None:
    match change:
        case "altered":
            (pinned / "kafka.jar").write_bytes(b"another")
        case "missing":
            (pinned / "kafka.jar").unlink()
        case _:
            (pinned / "more.jar").write_bytes(b"more")

    with pytest.raises(WrongJarError, match="remove the folder to fetch it anew"):
        pinned_jars.verify(pinned)


def test_without_maven_it_is_said_what_is_missing_and_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoAnswerError, match="Maven is not installed"):
        pinned_jars.fetch(tmp_path / "cache" / "kafka")

    assert list((tmp_path / "cache").iterdir()) == []
