"""Sealing and looking up personal data."""

from dataclasses import replace

import pytest

from tests.keys import KEYS
from trust.keys import UnopenableError

HERE = "notification.content:1"


def test_what_was_sealed_opens_in_its_own_place() -> None:
    record_key = KEYS.new_record_key()

    sealed = KEYS.seal(record_key, b"Testa Zynbabaceda", HERE)

    assert KEYS.open(record_key, sealed, HERE) == b"Testa Zynbabaceda"
    assert b"Zynbabaceda" not in sealed


def test_sealing_twice_never_looks_alike() -> None:
    record_key = KEYS.new_record_key()

    sealed = {KEYS.seal(record_key, b"Testa", HERE) for _ in range(5)}

    assert len(sealed) == 5


def test_what_was_moved_to_another_place_does_not_open() -> None:
    record_key = KEYS.new_record_key()
    sealed = KEYS.seal(record_key, b"Testa", HERE)

    with pytest.raises(UnopenableError, match="moved here from elsewhere"):
        KEYS.open(record_key, sealed, "notification.content:2")


@pytest.mark.parametrize("place", [0, 12, -1])
def test_what_was_changed_does_not_open(place: int) -> None:
    record_key = KEYS.new_record_key()
    sealed = bytearray(KEYS.seal(record_key, b"Testa", HERE))

    sealed[place] ^= 1

    with pytest.raises(UnopenableError):
        KEYS.open(record_key, bytes(sealed), HERE)


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_what_was_cut_short_does_not_open(sealed: bytes) -> None:
    with pytest.raises(UnopenableError):
        KEYS.open(KEYS.new_record_key(), sealed, HERE)


def test_the_key_of_another_record_does_not_open_it() -> None:
    sealed = KEYS.seal(KEYS.new_record_key(), b"Testa", HERE)

    with pytest.raises(UnopenableError):
        KEYS.open(KEYS.new_record_key(), sealed, HERE)


def test_another_key_file_does_not_unwrap_the_key_of_a_record() -> None:
    record_key = KEYS.new_record_key()
    sealed = KEYS.seal(record_key, b"Testa", HERE)
    others = replace(KEYS, key_encryption_key=b"o" * 32)

    with pytest.raises(UnopenableError, match="does not belong to the key file"):
        others.open(record_key, sealed, HERE)


def test_a_key_of_another_version_says_which_version_it_needs() -> None:
    record_key = KEYS.new_record_key()
    sealed = KEYS.seal(record_key, b"Testa", HERE)
    newer = replace(KEYS, version=2)

    with pytest.raises(UnopenableError, match="key version 1; the key file in use has version 2"):
        newer.open(record_key, sealed, HERE)


@pytest.mark.parametrize("wrapped", [b"", b"\0\1", b"\0\1" + b"x" * 40, b"\0\1" + b"x" * 17])
def test_what_is_no_record_key_is_refused(wrapped: bytes) -> None:
    with pytest.raises(UnopenableError):
        KEYS.seal(wrapped, b"Testa", HERE)


def test_equal_values_of_one_kind_are_found_by_an_equal_hash_and_by_no_other() -> None:
    asked = KEYS.lookup_hash("passport", "SYN1")

    assert asked == KEYS.lookup_hash("passport", "SYN1")
    assert asked not in {KEYS.lookup_hash("passport", "SYN2"), KEYS.lookup_hash("interpol", "SYN1")}
    assert asked != replace(KEYS, lookup_key=b"m" * 32).lookup_hash("passport", "SYN1")


def test_keys_do_not_show_themselves() -> None:
    assert "kkk" not in repr(KEYS)
    assert "lll" not in repr(KEYS)
