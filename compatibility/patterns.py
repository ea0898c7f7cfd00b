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
_NOT_UNDERSTOOD = re.compile(r"\\(?!x)|\.|\(\?|\^|\$|[*+?}]\+")


def includes(wider: str, narrower: str) -> bool:
    """Whether `wider` matches everything that `narrower` matches.

    Raises:
        UntoldError: they differ, and one is not of the plain kind `^...$` that can be compared.
    """
    return wider == narrower or _automaton(narrower) <= _automaton(wider)


@cache
def _automaton(pattern: str) -> Fsm:
    body = _UNICODE_ESCAPE.sub(_as_greenery_writes_it, pattern.removeprefix("^").removesuffix("$"))
    if pattern != f"^{pattern[1:-1]}$" or _NOT_UNDERSTOOD.search(body.replace(_NEGATED, "[")):
        raise _untold(pattern)
    try:
        parsed = parse(body)
    except Exception:  # noqa: BLE001 - greenery has no class of its own for what it cannot read
        raise _untold(pattern) from None
    if len(parsed.concs) > 1:
        raise _untold(pattern)
    return parsed.to_fsm()


def _untold(pattern: str) -> UntoldError:
    how = "written ^...$, without dots, lookarounds and escapes other than \\uXXXX, and with alternatives in brackets"
    return UntoldError(f"the pattern {pattern} is compared only if {how}")


def _as_greenery_writes_it(escape: re.Match[str]) -> str:
    code = int(escape[1], base=16)
    return f"\\x{code:02x}" if code < _LATIN else chr(code)
