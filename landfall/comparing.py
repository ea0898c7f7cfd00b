"""Whether a facts topic of a service is what the service keeps of it, as an operator asks it."""

import sys

from chassis.naming import named
from contracts.catalogue import BY_NAME, SERVICES, Order, owned_by
from landfall.lying import Beside, lay_beside
from landfall.operator_settings import Operator, at, refuse_another
from landfall.operators import RefusedError, say

# Topics whose ends are kept, and who owns them; and those of them that can be told again.
ENDS = {topic.name: service for service in SERVICES for topic in owned_by(service) if not topic.family.compacted}
SAID = [name for name in ENDS if BY_NAME[name].family.order is Order.GAPLESS]


async def compare(settings: Operator, topic: str) -> Beside:
    """What lies on the topic beside what was said there. Nothing is changed, and the service goes on.

    Raises:
        RefusedError: the topic is not one that is kept in `said`, or is another service's.
    """
    refuse_what_is_not_said(topic)
    async with at(settings) as (connection, looking):
        await refuse_another(connection, ENDS[topic])
        return await lay_beside(connection, looking, settings, BY_NAME[topic])


def refuse_what_is_not_said(topic: str) -> None:
    if topic not in SAID:
        message = f"{topic} is not kept in said; these are: {', '.join(SAID)}"
        raise RefusedError(message)


def show(topic: str, found: Beside) -> int:
    counted = {"are missing": found.missing, "differ": found.differ, "are unknown here": found.unknown}
    say(", ".join([f"{topic}: {found.agree} agree", *[f"{len(each)} {what}" for what, each in counted.items()]]))
    for what, each in counted.items():
        if each:
            print(f"{what}: {named(each)}", file=sys.stderr)  # noqa: T201 - this is what the command is for
    return 0 if found.agrees else 1
