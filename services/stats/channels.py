"""Per channel, what became of what it told: five ways, and each telling ended in exactly one of them."""

from collections.abc import Iterable

from contracts.codes import Channel
from services.stats.answers import ChannelAnswer
from services.stats.ledger import OUTCOMES, Measure
from services.stats.view_store import Outcomes


def tabulate(found: Iterable[Outcomes]) -> list[ChannelAnswer]:
    """One line for each channel, those that told nothing too."""
    by_channel: dict[str, list[Outcomes]] = {channel: [] for channel in Channel}
    for each in found:
        by_channel[each.channel].append(each)
    return [_line(channel, by_channel[channel]) for channel in Channel]


def _line(channel: Channel, found: list[Outcomes]) -> ChannelAnswer:
    ended = {measure.value: sum(each.total for each in found if each.measure is measure) for measure in OUTCOMES}
    refusals = {each.reason or "": each.total for each in found if each.measure is Measure.REFUSED}
    return ChannelAnswer(channel=channel, **ended, total=sum(ended.values()), refusals=refusals)
