"""What most notifications come to: a refusal, each for a reason of its own."""

from dataclasses import replace

from simulators.refusals import SHARES, some_reason
from simulators.script import Telling
from simulators.told import Draws, refusal

FIRST_OF_REFUSED = 10_000
ODD_HEADERS_EVERY = 700


def refused_ones(seed: int, number: int) -> list[Telling]:
    """So many, every reason at least once; some carry headers that are no text, which makes them none the worse."""
    draws = Draws(seed, "refused", FIRST_OF_REFUSED)
    reasons = [*SHARES, *(some_reason(draws.chance) for _ in range(number - len(SHARES)))]
    draws.chance.shuffle(reasons)
    tellings = [refusal(draws, day, reason) for day, reason in zip(draws.told_days(number), reasons, strict=True)]
    return [replace(each, odd_headers=place % ODD_HEADERS_EVERY == 0) for place, each in enumerate(tellings)]
