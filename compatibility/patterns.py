"""Whether every text that one pattern lets through is let through by another, decided on the patterns' automata."""

import re
from functools import cache

from greenery import Fsm, parse


class UntoldError(ValueError):
    """Nobody can tell: a schema uses something that this comparison does not understand. The text names it."""


_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_LATIN = 0x100
_NEGATED = "[^"
# What means one thing here and another in greenery, or depends on what stands around it.
_NOT_UNDERSTOOD = re.compile(r"\\(?!x)|\.|\(\?|\^|\$")


def includes(wider: str, narrower: str) -> bool:
    """Whether `wider` matches everything that `narrower` matches.

    Raises:
        UntoldError: they differ, and one is not of the plain kind `^...$` that can be compared.
    """
    return wider == narrower or _automaton(narrower) <= _automaton(wider)


@cache
def _automaton(pattern: str) -> Fsm:
    body = _UNICODE_ESCAPE.sub(_as_greenery_writes_it, pattern.removeprefix("^").removesuffix("$"))
    anchored = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    if not anchored or _NOT_UNDERSTOOD.search(body.replace(_NEGATED, "[")):
        message = f"the pattern {pattern} is compared only if written ^...$, without dots, lookarounds and escapes other than \\uXXXX"
        raise UntoldError(message)
    parsed = parse(body)
    if len(parsed.concs) > 1:
        message = f"the pattern {pattern} is compared only if its alternatives stand in brackets"
        raise UntoldError(message)
    return parsed.to_fsm()


def _as_greenery_writes_it(escape: re.Match[str]) -> str:
    code = int(escape[1], base=16)
    return f"\\x{code:02x}" if code < _LATIN else chr(code)
