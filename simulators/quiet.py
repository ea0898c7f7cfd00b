"""Whether everything has come to rest: whatever was said has been heard, and nothing moved between two looks at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contracts.catalogue import DASHBOARDS, TOPICS
from contracts.clock import Quiet

UNCOUNTED = ("clock", "quiet", "discards")
"""Families that are about rest itself, or that no service hears."""
FORCES = "forces"
OUTSIDERS = ("feeds", "senders", "forces")
"""Owners of topics who are not services: the scenario speaks for all of them."""


@dataclass(frozen=True, slots=True)
class Census:
    """One look at the whole line: how many tellings each has said and heard, by topic.

    answers: what each service says of itself. said: what the scenario told as feeds, senders and forces; heard: what forces heard.
    """

    answers: Mapping[str, Quiet]
    said: Mapping[str, int]
    heard: Mapping[str, int]

    @property
    def counts(self) -> tuple[object, ...]:
        """Everything that must be the same at the next look."""
        services = [(name, answer.heard, answer.said) for name, answer in sorted(self.answers.items())]
        return (services, dict(self.said), dict(self.heard))

    def said_on(self, owner: str, topic: str) -> int:
        return (self.said if owner in OUTSIDERS else self.answers[owner].said).get(topic, 0)

    def heard_by(self, reader: str, topic: str) -> int:
        return (self.heard if reader == FORCES else self.answers[reader].heard).get(topic, 0)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A topic whose owner and one of whose readers have not counted the same."""

    topic: str
    owner: str
    said: int
    reader: str
    heard: int

    def __str__(self) -> str:
        return f"{self.topic}: {self.owner} said {self.said}, {self.reader} heard {self.heard}"


def imbalances(census: Census) -> Iterator[Imbalance]:
    """Every topic and reader where something said has not been heard, or more was heard than said."""
    for topic in TOPICS:
        if topic.family.name in UNCOUNTED:
            continue
        said = census.said_on(topic.family.owner, topic.name)
        for reader in filter(lambda reader: reader != DASHBOARDS, topic.family.readers):  # nobody here is one
            heard = census.heard_by(reader, topic.name)
            if said != heard:
                yield Imbalance(topic.name, topic.family.owner, said, reader, heard)


@dataclass(slots=True)
class Rest:
    """Decides over a run of looks, each asked for after the one before was complete (Mattern's four counters)."""

    last: Census | None = None
    unbalanced: list[Imbalance] = field(default_factory=list)

    def look(self, census: Census) -> bool:
        """Whether all is at rest: balanced now and at the look before, with the same counts."""
        unchanged = self.last is not None and self.last.counts == census.counts
        balanced_before = self.last is not None and not self.unbalanced
        self.last, self.unbalanced = census, list(imbalances(census))
        return unchanged and balanced_before and not self.unbalanced

    def interrupted(self) -> None:
        """A look was not completed: what was seen before it proves nothing any more."""
        self.last = None
