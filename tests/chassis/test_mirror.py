"""What an owner finds on its own compacted topics: what is right stays, what is older is told again, what is strange is not touched."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chassis.mirror import NEVER_SAID, NEWER, OTHER, TWICE, Found, Latest, mirrored, reflect
from chassis.occasion import Coordinates
from contracts.catalogue import SERVICES
from contracts.envelope import Envelope
from tests.chassis.tellings import figure

TOPIC = "statistics.v1"


def said(told: Envelope[Any], *, waits: bool = False, highest: int | None = None) -> Latest:
    """The last that was said; versions go on after `highest`, where something else was put down."""
    version = told.version or 0
    return Latest(TOPIC, told.subject, version, told.content_hash, told.to_bytes(), None, waits, highest or version)


def lies(told: Envelope[Any], partition: int = 0) -> Found:
    return Found(Coordinates(TOPIC, partition, 5), told.subject.encode(), told.to_bytes())


def test_stats_alone_reads_topics_back() -> None:
    assert {name: [topic.name for topic in mirrored(name)] for name in SERVICES if mirrored(name)} == {"stats": [TOPIC]}


def test_where_all_agrees_nothing_is_told_again() -> None:
    figures = [figure(7, 7), figure(3, 1, "2021-22")]

    seen = reflect(map(said, figures), map(lies, figures))

    assert (seen.agreeing, seen.again, seen.strange) == (2, [], [])


def test_what_an_old_writer_left_last_is_replaced_and_nothing_else() -> None:
    latest, other = figure(7, 7), figure(3, 1, "2021-22")

    seen = reflect([said(latest), said(other)], [lies(figure(6, 6)), lies(other)])

    assert (seen.again, seen.strange, seen.agreeing) == ([said(latest)], [], 1)


def test_a_figure_that_moved_since_the_backup_and_back_again_agrees_with_what_was_said_before_it() -> None:
    seen = reflect([said(figure(7, 5), highest=7)], [lies(figure(7, 7))])

    assert (seen.again, seen.strange, seen.agreeing) == ([], [], 1)


def test_the_same_figure_under_a_version_after_which_nobody_goes_on_is_strange() -> None:
    (strange,) = reflect([said(figure(7, 5))], [lies(figure(7, 500))]).strange

    assert strange.why == NEWER


def test_a_key_that_lay_on_two_partitions_is_strange_no_longer_once_it_is_erased_on_the_other() -> None:
    told, other = figure(7, 5), lies(figure(9, 9), partition=1)
    (strange,) = reflect([said(told)], [lies(told), other]).strange

    seen = reflect([said(told)], [lies(told), replace(other, value=None)], before=[strange])

    assert (strange.why, seen.strange, seen.agreeing) == (TWICE, [], 1)


def test_what_is_missing_is_told_again() -> None:
    latest = said(figure(7, 7))

    assert reflect([latest], []).again == [latest]


def test_what_waits_to_be_told_is_not_told_twice() -> None:
    seen = reflect([said(figure(7, 7), waits=True)], [lies(figure(6, 6))])

    assert (seen.again, seen.strange, seen.agreeing) == ([], [], 0)


@pytest.mark.parametrize("value", [None, b"", b"a neighbour's bytes"])
def test_what_cannot_be_read_is_replaced_by_what_was_said(value: bytes | None) -> None:
    latest = said(figure(7, 7))

    assert reflect([latest], [Found(Coordinates(TOPIC, 0, 5), latest.key.encode(), value)]).again == [latest]


def test_the_last_version_carried_again_under_another_id_is_replaced_by_the_bytes_that_were_said() -> None:
    told = figure(7, 7)

    assert reflect([said(told)], [lies(told.model_copy(update={"id": uuid4()}))]).again == [said(told)]


LATEST = figure(7, 7)
ERASED = Found(Coordinates(TOPIC, 1, 6), LATEST.subject.encode(), None)


@pytest.mark.parametrize(
    ("told", "found", "again", "agreeing"),
    [([], [], 0, 0), ([LATEST], [], 1, 0), ([LATEST], [LATEST], 0, 1)],
    ids=["never said", "of another past", "on two partitions"],
)
def test_what_was_strange_and_is_erased_is_strange_no_longer(
    told: list[Envelope[Any]], found: list[Envelope[Any]], again: int, agreeing: int
) -> None:
    seen = reflect(map(said, told), [*map(lies, found), ERASED])

    assert (len(seen.again), seen.agreeing, seen.strange) == (again, agreeing, [])


@pytest.mark.parametrize(("version", "stays"), [(8, True), (10, False)])
def test_a_higher_version_stays_strange_while_only_lower_ones_are_told_after_it(version: int, *, stays: bool) -> None:
    before = reflect([said(figure(7, 7))], [lies(figure(9, 9))]).strange
    told = figure(2, version)

    assert reflect([said(told)], [lies(told)], before=before).strange == (before if stays else [])


STRANGE = {
    "a higher version": ([figure(7, 7)], [lies(figure(8, 8))], NEWER),
    "another past": ([figure(7, 7)], [lies(figure(8, 7))], OTHER),
    "never said": ([], [lies(figure(1, 1))], NEVER_SAID),
    "no key": ([], [Found(Coordinates(TOPIC, 0, 5), None, b"{}")], NEVER_SAID),
    "on two partitions": ([figure(7, 7)], [lies(figure(6, 6)), lies(figure(7, 7), 1)], TWICE),
}


@pytest.mark.parametrize(("told", "found", "why"), STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("waits", [False, True])
def test_what_this_owner_cannot_have_left_is_named_and_not_overwritten(
    told: list[Envelope[Any]], found: list[Found], why: str, *, waits: bool
) -> None:
    seen = reflect([said(each, waits=waits) for each in told], found)

    assert (seen.again, seen.agreeing) == ([], 0)
    assert [each.why for each in seen.strange] == [why]
    assert str(seen.strange[0]).startswith("statistics.v1/")
