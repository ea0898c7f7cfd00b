"""Keys for what belongs to no record: each thing sealed carries its own data key, so that deleting it deletes the key with it."""

from dataclasses import dataclass

from trust.keys import WRAPPED_BYTES, Keys


@dataclass(frozen=True, slots=True)
class KeysVault:
    """Seals one thing at a time: 42 bytes of wrapped data key, then what `Keys.seal` makes."""

    keys: Keys

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """For `open` at the same context alone."""
        wrapped_key = self.keys.new_record_key()
        return wrapped_key + self.keys.seal(wrapped_key, plaintext, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """What `seal` was given.

        Raises:
            UnopenableError: key, context or bytes are not those it was sealed with.
        """
        return self.keys.open(sealed[:WRAPPED_BYTES], sealed[WRAPPED_BYTES:], context)

    def lookup_hash(self, kind: str, value: str) -> bytes:
        """See `Keys.lookup_hash`."""
        return self.keys.lookup_hash(kind, value)
