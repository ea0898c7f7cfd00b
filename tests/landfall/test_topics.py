"""Topics come from the catalogue alone."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.settings import Profile
from contracts.catalogue import BY_NAME, TOPICS, Topic
from landfall import topic_check
from landfall.topics import TopicError, make_topics
from tests.places.kafka import Kafka
from tests.waiting import until


async def _partitions(kafka: Kafka, names: list[str]) -> dict[str, int]:
    """How many partitions each of these topics has, as the broker tells now: a moment ago it may not have known them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(names)
    finally:
        await admin.close()
    return {each["topic"]: len(each["partitions"]) for each in described}


async def test_topics_have_the_catalogues_partitions_and_making_them_again_changes_nothing(kafka: Kafka, topic_prefix: str) -> None:
    embedded = kafka.profile is Profile.EMBEDDED
    wanted = [topic for topic in TOPICS if topic.family.name in {"records", "travel-notices"}]
    expected = {topic_prefix + topic.name: topic.partitions_on(embedded=embedded) for topic in wanted}
    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=embedded)

    await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=embedded)

    async def as_expected() -> bool:
        return await _partitions(kafka, list(expected)) == expected

    await until(as_expected, "the topics have the catalogue's partitions")


@pytest.mark.kafka
async def test_a_topic_with_another_number_of_partitions_is_refused_because_a_key_would_change_its_own(
    kafka: Kafka, topic_prefix: str
) -> None:
    stats = BY_NAME["statistics.v1"]
    await _make(kafka, NewTopic(topic_prefix + stats.name, 4, 1, topic_configs=stats.settings))

    with pytest.raises(TopicError, match=r"statistics\.v1 has 4 partitions and must have 3: a count is for ever"):
        await make_topics(kafka.bootstrap, [stats], prefix=topic_prefix)


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("setting", "other"),
    [("cleanup.policy", "delete"), ("retention.ms", "604800000"), ("message.timestamp.type", "CreateTime"), ("segment.ms", None)],
)
async def test_a_topic_with_another_setting_is_refused(kafka: Kafka, topic_prefix: str, setting: str, other: str | None) -> None:
    stats = BY_NAME["statistics.v1"]
    settings = {name: value for name, value in {**stats.settings, setting: other}.items() if value is not None}
    await _make(kafka, NewTopic(topic_prefix + stats.name, stats.partitions, 1, topic_configs=settings))

    with pytest.raises(TopicError) as refusal:
        await make_topics(kafka.bootstrap, [stats], prefix=topic_prefix)

    (complaint,) = str(refusal.value).split("; ")
    assert complaint.startswith(f"{topic_prefix}{stats.name} has {setting}={other or ''}")
    assert complaint.endswith(f"and must have {stats.settings[setting]}: set it with kafka-configs --alter")


@pytest.mark.parametrize("topic", TOPICS, ids=lambda each: each.name)
def test_with_three_replicas_or_more_what_is_acknowledged_lies_on_two_brokers_and_a_single_broker_needs_no_other(topic: Topic) -> None:
    of_two = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false"}

    assert [topic.settings_with(replicas) for replicas in (1, 2)] == [topic.settings] * 2
    assert [topic.settings_with(replicas) for replicas in (3, 5)] == [topic.settings | of_two] * 2


@pytest.mark.kafka
async def test_a_topic_whose_tellings_one_broker_alone_may_have_is_refused_where_three_are_meant_to(
    kafka: Kafka, topic_prefix: str
) -> None:
    records, checks = BY_NAME["records.v1"], BY_NAME["checks.v1"]
    await _make(kafka, NewTopic(topic_prefix + records.name, records.partitions, 1, topic_configs=records.settings))
    await _make(kafka, NewTopic(topic_prefix + checks.name, checks.partitions, 1, topic_configs=checks.settings_with(3)))

    with pytest.raises(TopicError) as refusal:
        await make_topics(kafka.bootstrap, [records, checks], prefix=topic_prefix, replicas=3)

    (complaint,) = str(refusal.value).split("; ")
    assert complaint == f"{topic_prefix}records.v1 has min.insync.replicas=1 and must have 2: set it with kafka-configs --alter"


@pytest.mark.kafka
async def test_every_topic_is_made_with_the_settings_it_is_compared_with(kafka: Kafka, topic_prefix: str) -> None:
    one_of_each = list({topic.family.name: topic for topic in TOPICS}.values())

    await make_topics(kafka.bootstrap, one_of_each, prefix=topic_prefix)
    await make_topics(kafka.bootstrap, one_of_each, prefix=topic_prefix)


@pytest.mark.kafka
async def test_a_topic_that_the_broker_has_not_heard_of_yet_is_named_and_nothing_else_is_said_about_it(
    kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_check, "LOOKS", 2)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        found = await topic_check.misfits(admin, [BY_NAME["statistics.v1"]], topic_prefix, 1)
    finally:
        await admin.close()

    assert found == [f"{topic_prefix}statistics.v1 {topic_check.UNKNOWN}"]


async def _make(kafka: Kafka, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics([topic])
    await admin.close()


@pytest.mark.kafka
async def test_a_topic_that_the_broker_refuses_is_named(kafka: Kafka) -> None:
    with pytest.raises(TopicError, match="was not made"):
        await make_topics(kafka.bootstrap, TOPICS[:1], prefix="not allowed here: ")
