"""The year 2021-22 as one seeded script: pure, complete, the same for the same seed, and known to nobody whom it is told to."""

from itertools import islice

from simulators.chance import chance
from simulators.malformed import malformed
from simulators.referrals import CLOSURES, closures, referrals
from simulators.refusals_told import refused_ones
from simulators.repeats import (
    BY_ANOTHER_CHANNEL,
    FURTHER_CONVICTIONS,
    TOLD_AGAIN,
    TOLD_TWICE,
    by_another_channel,
    further_convictions,
    told_twice,
)
from simulators.returns import LANDING_LATER, TRANSFERRED, case_study, returns
from simulators.script import Script, together
from simulators.stock import OPENING, created_at_once, opening
from simulators.told import Known
from simulators.travel import repeats, strangers

TELLINGS = 16_000
"""About as many notifications as reach the United Kingdom in a year; the exact number is synthetic."""


def script(seed: int) -> Script:
    """Everything that outsiders and persons do from January 2021 to March 2022.

    People of the opening play one part each, so that nothing hangs on which of two topics is read first.
    """
    case, opened, created = case_study(), opening(seed, OPENING - 1), created_at_once(seed)
    cast = iter(chance(seed, "cast").sample(opened, len(opened)))

    def people(number: int) -> list[Known]:
        return list(islice(cast, number))

    journeys = returns(seed, case, people(TRANSFERRED + len(LANDING_LATER)), created)
    parts = [
        Script(tellings=tuple(known.telling for known in created)),
        closures(seed, people(sum(CLOSURES.values()))),
        by_another_channel(seed, people(BY_ANOTHER_CHANNEL)),
        further_convictions(seed, people(FURTHER_CONVICTIONS)),
        referrals(seed),
        malformed(seed),
    ]
    told = sum(len(part.tellings) for part in parts)
    refused = refused_ones(seed, TELLINGS - told - TOLD_TWICE - TOLD_AGAIN)
    parts += [Script(tellings=tuple(refused)), told_twice(seed, refused, created, people(TOLD_AGAIN))]
    parts += [journeys, repeats(seed, journeys.travels), strangers(seed)]
    return together([Script(tellings=tuple(known.telling for known in (case, *opened))), *parts])
