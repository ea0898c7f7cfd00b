"""Random identifiers whose first 48 bits are the time, so that indexes stay warm (UUIDv7, RFC 9562)."""

import os
import time
from uuid import UUID

BEFORE_ALL = UUID(int=0)
"""Where a walk through ids begins."""


def uuid7() -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    bits = int.from_bytes(os.urandom(10))
    high = milliseconds << 16 | 0x7000 | bits >> 68 & 0x0FFF
    low = 0b10 << 62 | bits & (1 << 62) - 1
    return UUID(int=high << 64 | low)
