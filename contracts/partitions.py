"""The partitions of topics, as the broker that has them names them."""

from collections.abc import Iterable

from contracts.catalogue import Topic


def partitions_of(topics: Iterable[Topic], prefix: str, *, embedded: bool) -> list[tuple[str, int]]:
    """Every partition of these topics: the topic's name with the prefix, and the partition's number."""
    return [(prefix + topic.name, number) for topic in topics for number in range(topic.partitions_on(embedded=embedded))]
