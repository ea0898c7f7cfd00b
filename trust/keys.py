"""The one place that seals and opens personal data, so that a key management service can take the key file's place."""

import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from trust.key_file import KEY_BYTES, UnusableKeyFileError, read_key_file, write_development_key_file

__all__ = ["Keys", "UnopenableError", "UnusableKeyFileError", "write_development_key_file"]

NONCE_BYTES = 12
VERSION_BYTES = 2
WRAPPED_BYTES = VERSION_BYTES + KEY_BYTES + 8


class UnopenableError(ValueError):
    """Sealed bytes that were changed, moved to another place, or sealed under other keys. The text never shows them."""


@dataclass(frozen=True)
class Keys:
    """Two keys of 32 bytes: one wraps data keys (AES key wrap, RFC 3394), one makes lookup hashes (HMAC-SHA-256)."""

    version: int
    key_encryption_key: bytes = field(repr=False)
    lookup_key: bytes = field(repr=False)

    @classmethod
    def from_file(cls, path: Path | None) -> Self:
        """The keys of a development key file.

        Raises:
            UnusableKeyFileError: none is named; or see trust.key_file.
        """
        if path is None:
            message = "personal data is kept under keys: set LANDFALL_KEY_FILE to a key file"
            raise UnusableKeyFileError(message)
        file = read_key_file(path)
        return cls(file.version, file.key_encryption_key, file.lookup_key)

    def new_record_key(self) -> bytes:
        """A fresh data key, wrapped: 2 bytes of key version, 40 bytes of key. Destroying it destroys all that it sealed."""
        return self.version.to_bytes(VERSION_BYTES) + aes_key_wrap(self.key_encryption_key, os.urandom(KEY_BYTES))

    def seal(self, wrapped_key: bytes, plaintext: bytes, context: str) -> bytes:
        """AES-256-GCM: 12 bytes of nonce, then ciphertext and tag. `context` names the one place where it may be opened.

        Raises:
            UnopenableError: the wrapped key is not one of ours.
        """
        cipher, bound = self._cipher(wrapped_key, context)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, plaintext, bound)

    def open(self, wrapped_key: bytes, sealed: bytes, context: str) -> bytes:
        """What `seal` was given.

        Raises:
            UnopenableError: key, context or bytes are not those it was sealed with.
        """
        cipher, bound = self._cipher(wrapped_key, context)
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            message = f"what is sealed at {context} was changed, moved here from elsewhere, or sealed under another key"
            raise UnopenableError(message) from None

    def lookup_hash(self, kind: str, value: str) -> bytes:
        """32 bytes by which equal values of one kind can be found without being kept."""
        return hmac.digest(self.lookup_key, f"{kind}\0{value}".encode(), "sha256")

    def _cipher(self, wrapped_key: bytes, context: str) -> tuple[AESGCM, bytes]:
        version = int.from_bytes(wrapped_key[:VERSION_BYTES])
        if version != self.version:
            message = f"the data key at {context} was wrapped under key version {version}; the key file in use has version {self.version}"
            raise UnopenableError(message)
        try:
            data_key = aes_key_unwrap(self.key_encryption_key, wrapped_key[VERSION_BYTES:])
        except (InvalidUnwrap, ValueError):
            message = f"the data key at {context} does not belong to the key file in use"
            raise UnopenableError(message) from None
        return AESGCM(data_key), f"{context}:{version}".encode()
