"""The one list of topics: who says what to whom, in which order, kept how long. Everything about topics is made from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from contracts import (
    checks,
    clock,
    decisions,
    discards,
    handover_packs,
    handover_replies,
    handovers,
    notifications,
    records,
    statistics,
    travel_notices,
)
from contracts.codes import Channel, Sender
from contracts.fact import Fact
from contracts.forces import TAKING_HANDOVERS

DAY_MS = 86_400_000
SERVICES = ("records", "intel", "handover", "stats")
SCENARIO = "scenario"
DASHBOARDS = "dashboards"


class Order(StrEnum):
    """What `version` promises on a topic.

    gapless: 1, 2, 3 ... per subject, so that a double and a gap are seen. latest: a higher version replaces, nothing waits; the topic
    is compacted. none: from or to the outside, known by its own key.
    """

    GAPLESS = "gapless"
    LATEST = "latest"
    NONE = "none"


@dataclass(frozen=True)
class Family:
    """Topics of one kind: a single one, or one for each outside principal, because Kafka does not tell a reader who wrote."""

    name: str
    owner: str
    readers: tuple[str, ...]
    key: str
    order: Order
    facts: tuple[type[Fact], ...]
    partitions: int
    kept_days: int | None
    personal: bool
    principals: tuple[str, ...] = ()
    source_prefix: str | None = None
    embedded_partitions: int = 1
    each: str = ""

    def __post_init__(self) -> None:
        """Whoever lists the topics has to name what differs between them."""
        if bool(self.principals) != bool(self.each):
            message = f"{self.name}: `principals` and `each`, the word for one of them, go together"
            raise ValueError(message)

    @property
    def compacted(self) -> bool:
        """Whether Kafka keeps the last value of each key alone, so that offsets have holes and versions are missing."""
        return self.order is Order.LATEST


@dataclass(frozen=True)
class Topic:
    """One topic, named without the prefix that a shared broker may need. Its partition count is for ever."""

    name: str
    family: Family
    principal: str | None

    @property
    def partitions(self) -> int:
        return self.family.partitions

    def partitions_on(self, *, embedded: bool) -> int:
        """How many there are; on the embedded broker few, because each costs it and its readers something at every fetch."""
        return self.family.embedded_partitions if embedded else self.partitions

    @property
    def source(self) -> str:
        """The CloudEvents source that every telling on this topic must have."""
        if self.family.source_prefix is not None:
            return f"{self.family.source_prefix}/{self.principal}"
        return f"/{self.family.owner}"

    @property
    def settings(self) -> dict[str, str]:
        """Kafka's topic settings. The broker stamps the time: stamps of a past year would expire at once."""
        kept = -1 if self.family.kept_days is None else self.family.kept_days * DAY_MS
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(kept),
            "retention.bytes": "-1",
            "segment.ms": str(DAY_MS),
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        } | (COMPACTION if self.family.compacted else {})

    def settings_with(self, replicas: int) -> dict[str, str]:
        """The same, for so many replicas of each partition: from three on, what was acknowledged outlives the loss of a broker."""
        return self.settings | (ON_TWO_BROKERS if replicas >= ENOUGH_REPLICAS else {})


MAX_MESSAGE_BYTES = 1_000_000

# What was replaced is gone from the broker within two days, however little is said; who was away for a month still hears of an erasure.
COMPACTION = {
    "cleanup.policy": "compact",
    "max.compaction.lag.ms": str(DAY_MS),
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": str(30 * DAY_MS),
}

ENOUGH_REPLICAS = 3

# Two, however many replicas there are: with one, `acks=all` may mean a single broker that is lost a moment later; with more than two, a
# second broker that is away would keep everybody from telling anything.
ON_TWO_BROKERS = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"}

FAMILIES = (
    Family(
        name="notifications", owner="feeds", readers=("records",), key="the feed's reference", order=Order.NONE,
        facts=(notifications.NotificationReceived,), partitions=6, kept_days=14, personal=True,
        principals=tuple(Channel), source_prefix="/feeds", each="channel",
    ),
    Family(
        name="travel-notices", owner="senders", readers=("records",), key="the sender's reference", order=Order.NONE,
        facts=(travel_notices.TravelNoticeReceived,), partitions=2, kept_days=14, personal=True,
        principals=tuple(Sender), source_prefix="/senders", each="sender",
    ),
    Family(
        name="decisions", owner="records", readers=("stats",), key="notification_id", order=Order.GAPLESS,
        facts=(
            decisions.NotificationAccepted, decisions.NotificationRefused, decisions.NotificationReferred,
            decisions.NotificationDuplicated, decisions.NotificationHeld,
        ),
        partitions=12, kept_days=None, personal=False,
    ),
    Family(
        name="records", owner="records", readers=("intel", "handover", "stats"), key="record_id", order=Order.GAPLESS,
        facts=(records.RecordCreated, records.RecordAmended, records.TravelExpected, records.RecordTransferred, records.RecordClosed),
        partitions=12, kept_days=None, personal=False,
    ),
    Family(
        name="checks", owner="intel", readers=("stats",), key="record_id", order=Order.GAPLESS,
        facts=(checks.IntelCheckOpened, checks.IntelReportSent), partitions=12, kept_days=None, personal=False,
    ),
    Family(
        name="handovers", owner="handover", readers=("records", "stats"), key="record_id", order=Order.GAPLESS,
        facts=(
            handovers.HandoverOffered, handovers.HandoverAccepted, handovers.HandoverDeclined, handovers.HandoverWithdrawn,
            handovers.HandoverEffective,
        ),
        partitions=12, kept_days=None, personal=False,
    ),
    Family(
        name="handover-packs", owner="handover", readers=("forces",), key="handover_id", order=Order.NONE,
        facts=(handover_packs.HandoverNotice, handover_packs.HandoverNoticeWithdrawn), partitions=1, kept_days=30, personal=True,
        principals=TAKING_HANDOVERS, each="force",
    ),
    Family(
        name="handover-replies", owner="forces", readers=("handover",), key="handover_id", order=Order.NONE,
        facts=(handover_replies.ForceAccepted, handover_replies.ForceDeclined), partitions=1, kept_days=30, personal=True,
        principals=TAKING_HANDOVERS, source_prefix="/forces", each="force",
    ),
    Family(
        name="statistics", owner="stats", readers=(DASHBOARDS,), key="measure:period:breakdown", order=Order.LATEST,
        facts=(statistics.MeasureUpdated,), partitions=3, kept_days=None, personal=False,
    ),
    Family(
        name="discards", owner="each service", readers=("operators",), key="discard_id", order=Order.GAPLESS,
        facts=(discards.TellingDiscarded,), partitions=1, kept_days=None, personal=False, principals=SERVICES, source_prefix="",
        each="service",
    ),
    Family(
        name="clock", owner=SCENARIO, readers=SERVICES, key="the month, as 2021-07", order=Order.NONE,
        facts=(clock.DayBegan, clock.DayEnded, clock.RestAsked), partitions=12, kept_days=14, personal=False, embedded_partitions=6,
    ),
    Family(
        name="quiet", owner="each service", readers=(SCENARIO,), key="the month, as 2021-07", order=Order.NONE,
        facts=(clock.Quiet,), partitions=12, kept_days=14, personal=False, principals=SERVICES, source_prefix="", each="service",
        embedded_partitions=4,
    ),
)  # fmt: skip


def topic_name(family: str, principal: str | None = None) -> str:
    """`records.v1`, or `notifications.uk-cris.v1` where each principal has its own."""
    return f"{family}.v1" if principal is None else f"{family}.{principal}.v1"


def _topics(families: Iterable[Family]) -> Iterable[Topic]:
    for family in families:
        for principal in family.principals or (None,):
            yield Topic(topic_name(family.name, principal), family, principal)


TOPICS = tuple(_topics(FAMILIES))
BY_NAME = {topic.name: topic for topic in TOPICS}
FACTS = {fact.TYPE: fact for family in FAMILIES for fact in family.facts}


def topics_where(wanted: Callable[[Topic], bool]) -> tuple[Topic, ...]:
    return tuple(topic for topic in TOPICS if wanted(topic))


def read_by(service: str) -> tuple[Topic, ...]:
    """All topics that this service hears, in the catalogue's order."""
    return topics_where(lambda topic: service in topic.family.readers)


def owned_by(service: str) -> tuple[Topic, ...]:
    """All topics that this service alone says and keeps in `said`: its own, and of those that every service has the one that is its."""
    return topics_where(lambda topic: topic.family.owner == service or (topic.principal == service and topic.family.order is Order.GAPLESS))


def topic_of(fact: Fact) -> Topic:
    """Where a fact is told.

    Raises:
        KeyError: the fact names a principal that has no topic; nothing is ever told to a default one.
    """
    return BY_NAME[topic_name(fact.FAMILY, fact.principal)]


SECRET_KEEPERS = tuple(each for each in SERVICES if any(topic.family.personal for topic in read_by(each)))
"""Services that hear what is personal, and so need keys."""
