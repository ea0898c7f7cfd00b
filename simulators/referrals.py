"""What a person at a desk decides: notifications that a machine may not decide, and records that are closed."""

from dataclasses import replace
from datetime import date, timedelta

from contracts.codes import CloseReason, ReferralReason, RefusalReason
from simulators.days import YEAR_BEGINS, YEAR_ENDS, next_worked
from simulators.notices import undecided
from simulators.script import Closure, Decision, Outcome, Script, Telling
from simulators.told import Draws, Known, created

FIRST_OF_REFERRALS = 6_000
LAST_DECIDED_TELLING = date(2022, 3, 1)
LONGEST_DELIBERATION_DAYS = 21

Referral = tuple[ReferralReason, int]

CREATED: tuple[Referral, ...] = (
    (ReferralReason.EQUIVALENCE_IN_DOUBT, 10),
    (ReferralReason.IDENTITY_INSUFFICIENT, 4),
    (ReferralReason.PERIOD_IN_DOUBT, 4),
)
REFUSED: tuple[Referral, ...] = ((ReferralReason.EQUIVALENCE_IN_DOUBT, 20), (ReferralReason.IDENTITY_INSUFFICIENT, 10))
LEFT: tuple[Referral, ...] = (
    (ReferralReason.EQUIVALENCE_IN_DOUBT, 3),
    (ReferralReason.AGE_UNDECIDABLE, 3),
    (ReferralReason.PERIOD_IN_DOUBT, 3),
)

REFUSALS = {
    ReferralReason.EQUIVALENCE_IN_DOUBT: RefusalReason.EQUIVALENCE_NOT_FOUND,
    ReferralReason.IDENTITY_INSUFFICIENT: RefusalReason.IDENTITY_NOT_ESTABLISHED,
}

# Fifty-five leave for reasons other than a transfer: without them the published figures do not balance. How many for which is synthetic.
CLOSURES = {
    CloseReason.NOTIFICATION_PERIOD_ENDED: 22,
    CloseReason.DIED: 14,
    CloseReason.LEFT_REMIT: 10,
    CloseReason.DUPLICATE_OF_ANOTHER_RECORD: 5,
    CloseReason.CONVICTION_QUASHED: 4,
}


def referrals(seed: int) -> Script:
    """Notifications referred to a person: some become records, some are refused, some are still undecided when the year ends."""
    draws = Draws(seed, "referrals", FIRST_OF_REFERRALS)
    accepted = [_referred(draws, reason) for reason in _each(CREATED)]
    refused = {_referred(draws, reason): REFUSALS[reason] for reason in _each(REFUSED)}
    left = [_referred(draws, reason) for reason in _each(LEFT)]
    decisions = [_decision(draws, telling) for telling in accepted]
    decisions += [_decision(draws, telling, reason) for telling, reason in refused.items()]
    return Script(tellings=(*accepted, *refused, *left), decisions=tuple(decisions))


def closures(seed: int, managed: list[Known]) -> Script:
    """The year's closures, one for each of these people, spread over the working days.

    Raises:
        ValueError: there are not as many people as closures.
    """
    draws = Draws(seed, "closures", 0)
    reasons = [reason for reason, number in CLOSURES.items() for _ in range(number)]
    draws.chance.shuffle(reasons)
    days = [next_worked(day) for day in draws.told_days(len(reasons), YEAR_BEGINS, YEAR_ENDS)]
    told = zip(days, managed, reasons, strict=True)
    return Script(closures=tuple(Closure(day, known.telling.channel, known.telling.reference, reason) for day, known, reason in told))


def _each(numbers: tuple[Referral, ...]) -> list[ReferralReason]:
    return [reason for reason, number in numbers for _ in range(number)]


def _referred(draws: Draws, reason: ReferralReason) -> Telling:
    (day,) = draws.told_days(1, YEAR_BEGINS, LAST_DECIDED_TELLING)
    qualifying = created(draws, day).telling
    return replace(qualifying, notice=undecided(draws.chance, reason, qualifying.notice), outcome=Outcome.REFERRED)


def _decision(draws: Draws, telling: Telling, refusal: RefusalReason | None = None) -> Decision:
    if telling.cohort is None:
        message = f"{telling.reference} is about nobody of a known cohort"
        raise ValueError(message)
    day = next_worked(telling.day + timedelta(days=draws.chance.randrange(1, LONGEST_DELIBERATION_DAYS)))
    return Decision(day, telling.channel, telling.reference, telling.cohort, refusal)
