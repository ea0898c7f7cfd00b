"""The keys of services in tests, and the vault that seals under them."""

from trust.keys import Keys
from trust.vault import KeysVault

KEYS = Keys(1, key_encryption_key=b"k" * 32, lookup_key=b"l" * 32)
VAULT = KeysVault(KEYS)
