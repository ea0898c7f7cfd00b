"""Whether one pattern lets through all that another does is decided, not guessed, and where it cannot be it is said."""

import pytest

from compatibility.patterns import UntoldError, includes
from contracts.limits import NO_CONTROL, NO_NUL


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        (NO_NUL, NO_CONTROL),
        ("^[A-Za-z]{2}$", "^[A-Z]{2}$"),
        ("^[0-9]{4} ?[0-9]{2}$", "^[0-9]{4} [0-9]{2}$"),
        ("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", "^[0-9]{4}-[0-9]{2}$"),
        (NO_CONTROL, "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"),
        ("^[^\\u2028]*$", "^[^\\u2028\\u2029]*$"),
    ],
)
def test_the_wider_includes_the_narrower_and_not_the_other_way_round(wider: str, narrower: str) -> None:
    assert includes(wider, narrower)
    assert not includes(narrower, wider)


@pytest.mark.parametrize(
    "pattern", ["a", "^a", "a$", "^a|b$", "^a.b$", r"^\d$", "^(?:a)$", "^(?!a)b$", "^a^b$", r"^a\$", "^(a$", "^[a$", "^a++$", "^[a-z]*+b$"]
)
def test_a_pattern_that_cannot_be_compared_is_told_so(pattern: str) -> None:
    with pytest.raises(UntoldError, match="is compared only if written"):
        includes(pattern, "^[a-z]$")

    assert includes(pattern, pattern)
