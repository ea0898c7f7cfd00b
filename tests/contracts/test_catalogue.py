"""One list of topics, with one owner each and nobody's words on another's topic."""

import re
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.catalogue import (
    BY_NAME,
    DASHBOARDS,
    FACTS,
    FAMILIES,
    MAX_MESSAGE_BYTES,
    SERVICES,
    TOPICS,
    Order,
    owned_by,
    read_by,
    topic_of,
)
from contracts.codes import Channel, FamilyName, Sender, ServiceName
from contracts.fact import Fact
from contracts.forces import TAKING_HANDOVERS
from contracts.handover_packs import HandoverNotice
from contracts.identifiers import ForceSlug
from tests.contracts.golden import example


def test_no_two_topics_share_a_name() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("family", ["handover-packs", "handover-replies"])
def test_each_of_the_46_forces_has_a_topic_of_its_own(family: str) -> None:
    names = {topic.name for topic in TOPICS if topic.family.name == family}

    assert sorted(names) == sorted(f"{family}.{slug}.v1" for slug in TAKING_HANDOVERS)
    assert len(names) == 46


def test_each_channel_and_each_sender_has_a_topic_of_its_own() -> None:
    assert {topic.principal for topic in TOPICS if topic.family.name == "notifications"} == set(Channel)
    assert {topic.principal for topic in TOPICS if topic.family.name == "travel-notices"} == set(Sender)


@pytest.mark.parametrize("half", [{"each": ""}, {"principals": ()}])
def test_topics_of_one_kind_that_differ_have_a_word_for_what_differs(half: dict[str, Any]) -> None:
    quiet = next(family for family in FAMILIES if family.name == "quiet")

    with pytest.raises(ValueError, match="quiet: `principals` and `each`"):
        replace(quiet, **half)


def test_topic_names_are_ones_that_kafka_takes() -> None:
    for topic in TOPICS:
        assert re.fullmatch(r"[a-z0-9.-]{1,249}", topic.name)


def test_no_type_is_used_by_two_facts() -> None:
    facts = [fact for family in FAMILIES for fact in family.facts]

    assert len({fact.TYPE for fact in facts}) == len(facts) == len(FACTS)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_belongs_to_the_family_that_lists_it(fact: type[Fact]) -> None:
    family = next(family for family in FAMILIES if fact in family.facts)

    assert family.name == fact.FAMILY
    assert fact.TYPE.rsplit(".v", 1)[1].isdigit()


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_that_we_say_resolves_to_a_topic_of_its_family(fact: type[Fact]) -> None:
    told = fact.model_validate(example(fact.TYPE)["data"])
    family = next(family for family in FAMILIES if fact in family.facts)

    if family.owner in {"feeds", "senders", "forces"}:
        with pytest.raises(KeyError):
            topic_of(told)
    else:
        assert topic_of(told).family is family


def test_a_notice_goes_to_the_force_it_names_and_to_no_other() -> None:
    for slug in TAKING_HANDOVERS:
        notice = HandoverNotice.model_validate(example("handover-notice.v1")["data"] | {"force": slug})

        assert topic_of(notice).principal == slug


def test_a_fact_without_such_a_subject_field_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="has no field 'nobody'"):

        class Stray(Fact, type="stray.v1", family="records", subject="nobody"):
            """Names a field it does not have."""


def test_every_topic_has_one_owner_who_is_its_only_source() -> None:
    assert {name for topic in TOPICS for name in topic.family.readers} >= set(SERVICES)
    for service in SERVICES:
        assert {topic.source for topic in owned_by(service)} <= {f"/{service}"}


def test_the_outside_speaks_as_itself() -> None:
    assert BY_NAME["notifications.uk-cris.v1"].source == "/feeds/uk-cris"
    assert BY_NAME["travel-notices.carriers.v1"].source == "/senders/carriers"
    assert BY_NAME["handover-replies.gwent.v1"].source == "/forces/gwent"
    assert BY_NAME["handover-packs.gwent.v1"].source == "/handover"
    assert BY_NAME["clock.v1"].source == "/scenario"
    assert BY_NAME["quiet.records.v1"].source == "/records"


def test_stats_hears_every_topic_of_ours_that_holds_nothing_personal() -> None:
    not_counted = {"quiet", "discards"}
    ours = {topic for topic in TOPICS if not topic.family.personal and topic.family.name not in not_counted}

    assert set(read_by("stats")) == ours - set(owned_by("stats"))


def test_only_topics_of_one_owner_keep_an_order() -> None:
    ordered = [topic for topic in TOPICS if topic.family.order is Order.GAPLESS]

    assert all(topic.source == f"/{topic.principal or topic.family.owner}" for topic in ordered)
    assert {topic.principal for topic in ordered} <= {None, *SERVICES}


def test_whoever_discards_a_telling_can_name_its_family_and_itself() -> None:
    assert {topic.family.name for service in SERVICES for topic in read_by(service)} == set(FamilyName)
    assert set(SERVICES) == set(ServiceName)


def test_what_counts_is_kept_for_ever_and_what_is_personal_is_not() -> None:
    for topic in TOPICS:
        kept_for_ever = topic.settings["retention.ms"] == "-1"

        assert kept_for_ever == (topic.family.order is not Order.NONE)
        assert not (kept_for_ever and topic.family.personal)


def test_where_the_latest_replaces_the_broker_forgets_what_was_replaced_within_two_days() -> None:
    for topic in TOPICS:
        assert (topic.settings["cleanup.policy"] == "compact") == (topic.family.order is Order.LATEST)

    settings = BY_NAME["statistics.v1"].settings
    day = 24 * 60 * 60 * 1000
    assert int(settings["segment.ms"]) + int(settings["max.compaction.lag.ms"]) == 2 * day
    assert float(settings["min.cleanable.dirty.ratio"]) == 0.01
    assert int(settings["delete.retention.ms"]) == 30 * day


def test_dashboards_hear_statistics_and_nothing_else() -> None:
    assert read_by(DASHBOARDS) == (BY_NAME["statistics.v1"],)


def test_stamps_of_a_past_year_never_expire_a_message() -> None:
    for topic in TOPICS:
        assert topic.settings["message.timestamp.type"] == "LogAppendTime"
        assert topic.settings["max.message.bytes"] == str(MAX_MESSAGE_BYTES)


def test_a_fact_cannot_name_a_force_without_a_topic() -> None:
    with_a_topic = [topic.principal for topic in TOPICS if topic.family.name == "handover-packs"]

    assert TypeAdapter(list[ForceSlug]).validate_python(with_a_topic) == with_a_topic


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_owns_what_it_discards_and_not_what_it_answers_a_scenario(service: str) -> None:
    ours = {topic.name for topic in owned_by(service)}

    assert f"discards.{service}.v1" in ours
    assert not any(name.startswith("quiet.") for name in ours)
