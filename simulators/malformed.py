"""Values that cannot be read, each wrong in one way, made from a notification that would have been fine."""

import json
from dataclasses import replace
from typing import Any

from simulators.chance import weighted
from simulators.script import Flaw, Outcome, Script
from simulators.told import Draws, created

FIRST_OF_MALFORMED = 9_000
MALFORMED = 30

Value = tuple[bytes | None, bytes | None]
"""Key and value as Kafka takes them."""


def malformed(seed: int) -> Script:
    """Thirty values over the year, every flaw at least once."""
    draws = Draws(seed, "malformed", FIRST_OF_MALFORMED)
    flaws = [*Flaw, *(weighted(draws.chance, dict.fromkeys(Flaw, 1.0)) for _ in range(MALFORMED - len(Flaw)))]
    tellings = [created(draws, day).telling for day in draws.told_days(MALFORMED)]
    told = zip(tellings, flaws, strict=True)
    return Script(tellings=tuple(replace(each, outcome=Outcome.HELD, cohort=None, flaw=flaw) for each, flaw in told))


def flawed(flaw: Flaw, key: bytes, value: bytes) -> Value:
    """What is put on the topic instead of a good key and value."""
    match flaw:
        case Flaw.NOT_JSON:
            return key, b"\x89\xff this was never JSON \x00"
        case Flaw.CUT_OFF:
            return key, value[: len(value) // 2]
        case Flaw.EMPTY:
            return key, b""
        case Flaw.NULL:
            return key, None
        case Flaw.NO_KEY:
            return None, value
        case Flaw.FIELD_MISSING | Flaw.FIELD_WRONG | Flaw.FOREIGN_SOURCE | Flaw.FOREIGN_TYPE | Flaw.UNKNOWN_TYPE:
            return key, json.dumps(_bent(flaw, json.loads(value))).encode()


def _bent(flaw: Flaw, envelope: dict[str, Any]) -> dict[str, Any]:
    match flaw:
        case Flaw.FIELD_MISSING:
            del envelope["data"]["conviction"]
        case Flaw.FIELD_WRONG:
            envelope["data"]["conviction"]["country"] = "ZZ"
        case Flaw.FOREIGN_SOURCE:
            envelope["source"] = "/feeds/nobody"
        case Flaw.FOREIGN_TYPE:
            envelope["type"] = "travel-notice-received.v1"
        case _:
            envelope["type"] = "notification-received.v9"
    return envelope
