from contracts.catalogue import SERVICES
from contracts.clock import Quiet
from simulators.quiet import Census, Rest, imbalances

RECORD_TOPIC, FEED_TOPIC, PACKS_TOPIC = "records.v1", "notifications.uk-cris.v1", "handover-packs.cleveland.v1"


SILENT = Census({name: Quiet(who=name, round=1, heard={}, said={}) for name in SERVICES}, said={}, heard={})


def told(number: int, *, heard: int) -> Census:
    """A feed has told so many notifications, and records has heard so many."""
    records = Quiet(who="records", round=1, heard={FEED_TOPIC: heard}, said={})
    return Census({**SILENT.answers, "records": records}, said={FEED_TOPIC: number}, heard={})


def test_nothing_said_is_at_rest_at_the_second_look() -> None:
    rest = Rest()

    assert [rest.look(SILENT), rest.look(SILENT)] == [False, True]


def test_what_a_feed_told_and_records_has_not_heard_is_no_rest() -> None:
    (found,) = imbalances(told(3, heard=2))

    assert str(found) == f"{FEED_TOPIC}: feeds said 3, records heard 2"


def test_every_reader_counts() -> None:
    heard = {name: Quiet(who=name, round=1, heard={RECORD_TOPIC: 1}, said={}) for name in ("intel", "handover")}
    records = Quiet(who="records", round=1, heard={}, said={RECORD_TOPIC: 1})

    found = list(imbalances(Census({**SILENT.answers, **heard, "records": records}, said={}, heard={})))

    assert [(each.topic, each.reader) for each in found] == [(RECORD_TOPIC, "stats")]


def test_what_is_told_to_dashboards_is_heard_by_nobody_here_and_yet_must_have_come_to_rest() -> None:
    def figures(number: int) -> Census:
        stats = Quiet(who="stats", round=1, heard={}, said={"statistics.v1": number})
        return Census({**SILENT.answers, "stats": stats}, said={}, heard={})

    rest = Rest()

    assert list(imbalances(figures(3))) == []
    assert [rest.look(figures(number)) for number in (2, 3, 3)] == [False, False, True]


def test_a_pack_that_its_force_has_not_heard_is_no_rest() -> None:
    handover = Quiet(who="handover", round=1, heard={}, said={PACKS_TOPIC: 1})

    (found,) = imbalances(Census({**SILENT.answers, "handover": handover}, said={}, heard={}))

    assert (found.reader, found.said, found.heard) == ("forces", 1, 0)


def test_more_heard_than_said_is_no_rest_either() -> None:
    assert list(imbalances(told(1, heard=2)))


def test_balanced_with_other_counts_is_not_twice_the_same() -> None:
    rest = Rest()

    looks = [rest.look(told(number, heard=number)) for number in (1, 2, 2)]

    assert looks == [False, False, True]


def test_the_same_imbalance_twice_is_no_rest() -> None:
    rest = Rest()

    looks = [rest.look(told(2, heard=1)) for _ in range(3)]

    assert looks == [False, False, False]


def test_a_look_that_was_not_completed_begins_the_count_anew() -> None:
    rest = Rest()

    first = rest.look(SILENT)
    rest.interrupted()

    assert [first, rest.look(SILENT), rest.look(SILENT)] == [False, False, True]
