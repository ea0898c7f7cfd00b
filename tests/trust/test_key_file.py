"""The development key file: made once, kept from others, refused when it is not what it should be."""

import json
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from trust.key_file import read_key_file
from trust.keys import Keys, UnusableKeyFileError, write_development_key_file

GOOD = {"version": 1, "key_encryption_key": b64encode(b"k" * 32).decode(), "lookup_key": b64encode(b"l" * 32).decode()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def test_a_new_key_file_is_its_owners_alone_and_gives_two_keys(path: Path) -> None:
    write_development_key_file(path)

    keys = Keys.from_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(keys.key_encryption_key) == len(keys.lookup_key) == 32
    assert keys.key_encryption_key != keys.lookup_key


def test_what_one_process_sealed_another_opens(path: Path) -> None:
    write_development_key_file(path)
    one, other = Keys.from_file(path), Keys.from_file(path)
    record_key = one.new_record_key()

    sealed = one.seal(record_key, b"Testa", "here")

    assert other.open(record_key, sealed, "here") == b"Testa"


def test_an_existing_key_file_is_never_overwritten(path: Path) -> None:
    write_development_key_file(path)
    before = path.read_bytes()

    with pytest.raises(FileExistsError):
        write_development_key_file(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_file_that_is_open_to_others_is_refused_with_the_cure(path: Path, mode: int) -> None:
    write_development_key_file(path)
    path.chmod(mode)

    with pytest.raises(UnusableKeyFileError, match="chmod 600"):
        Keys.from_file(path)


def test_a_missing_key_file_is_named(path: Path) -> None:
    with pytest.raises(UnusableKeyFileError, match=r"keys\.json cannot be read"):
        Keys.from_file(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        json.dumps({**GOOD, "version": 0}).encode(),
        json.dumps({**GOOD, "lookup_key": b64encode(b"short").decode()}).encode(),
        json.dumps({**GOOD, "lookup_key": "no base64 at all!"}).encode(),
        json.dumps({**GOOD, "key_encryption_key": b64encode(b"k" * 33).decode()}).encode(),
        json.dumps({"version": 1, "lookup_key": GOOD["lookup_key"]}).encode(),
    ],
)
def test_what_is_no_key_file_is_refused_without_being_shown(path: Path, content: bytes) -> None:
    _write(path, content)

    with pytest.raises(UnusableKeyFileError, match="each key 32 bytes in base64") as refusal:
        Keys.from_file(path)

    assert refusal.value.__cause__ is None
    assert str(GOOD["lookup_key"]) not in str(refusal.value)


def test_a_key_file_does_not_show_its_keys(path: Path) -> None:
    _write(path, json.dumps(GOOD).encode())

    assert "kkk" not in repr(read_key_file(path))
    assert "lll" not in repr(read_key_file(path))
