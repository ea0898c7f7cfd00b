"""What is told of people already known: the same once more, by another channel, or another conviction of theirs."""

from dataclasses import replace
from datetime import date, timedelta

from contracts.codes import Channel
from simulators.notices import notice
from simulators.script import Outcome, Script, Telling
from simulators.told import Draws, Known, convicted, once_more

FIRST_OF_REPEATS = 7_000
REFUSED_TWICE, CREATED_TWICE, TOLD_AGAIN = 130, 20, 10
TOLD_TWICE = REFUSED_TWICE + CREATED_TWICE
BY_ANOTHER_CHANNEL, FURTHER_CONVICTIONS = 20, 24


def told_twice(seed: int, refused: list[Telling], created: list[Known], opened: list[Known]) -> Script:
    """The same notification told once more on its own channel, within the year."""
    draws = Draws(seed, "told twice", 0)
    within = draws.chance.sample(refused, REFUSED_TWICE)
    within += [known.telling for known in draws.chance.sample(created, CREATED_TWICE)]
    repeats = [once_more(draws, telling) for telling in within]
    late = zip(opened, draws.told_days(TOLD_AGAIN), strict=True)
    repeats += [_again(known.telling, draws, day) for known, day in late]
    return Script(tellings=tuple(repeats))


def by_another_channel(seed: int, known: list[Known]) -> Script:
    """The same conviction, told by another channel under a reference of its own."""
    draws = Draws(seed, "another channel", FIRST_OF_REPEATS)
    days = draws.told_days(BY_ANOTHER_CHANNEL)
    return Script(tellings=tuple(_elsewhere(draws, each, day) for each, day in zip(known, days, strict=True)))


def further_convictions(seed: int, known: list[Known]) -> Script:
    """Another conviction of somebody who has a record: it is put on that record, and nothing is created."""
    draws = Draws(seed, "further convictions", FIRST_OF_REPEATS + 200)
    days = draws.told_days(FURTHER_CONVICTIONS)
    return Script(tellings=tuple(_further(draws, each, day) for each, day in zip(known, days, strict=True)))


def _again(telling: Telling, draws: Draws, day: date) -> Telling:
    return replace(telling, at=draws.hour(day), outcome=Outcome.DUPLICATED, cohort=None)


def _elsewhere(draws: Draws, known: Known, day: date) -> Telling:
    channel = draws.chance.choice([each for each in Channel if each is not known.telling.channel])
    told = notice(draws.reference(channel), known.subject, known.telling.notice.conviction)
    return Telling(draws.hour(day), channel, told, Outcome.DUPLICATED)


def _further(draws: Draws, known: Known, day: date) -> Telling:
    """Decided after every conviction that was told in January."""
    channel = known.telling.channel
    decided_on = day - timedelta(days=draws.chance.randrange(60, 110))
    times = {"decided_on": decided_on, "final_on": decided_on + timedelta(days=21)}
    told = convicted(draws, channel, day).model_copy(update=times)
    return Telling(draws.hour(day), channel, notice(draws.reference(channel), known.subject, told), Outcome.AMENDED)
