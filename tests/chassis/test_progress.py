"""Since when a partition stands still, and since when it hears nothing."""

from aiokafka import TopicPartition

from chassis.progress import Progress, Sight

ONE, TWO = TopicPartition("records.v1", 0), TopicPartition("records.v1", 1)


def _looked(*sights: tuple[float, Sight]) -> Progress:
    progress = Progress()
    for now, sight in sights:
        progress.look({ONE: sight}, (), now)
    return progress


def test_who_has_nothing_to_read_does_not_stand_still() -> None:
    progress = _looked((0, Sight(5, 5, 0)), (50, Sight(5, 5, 50)))

    assert (progress.stands(60), progress.lags(), progress.lagging) == ({"records.v1": 0.0}, {"records.v1": 0}, False)


def test_who_has_more_to_read_stands_still_since_it_came_or_since_the_last_step() -> None:
    progress = _looked((0, Sight(5, 5, 0)), (10, Sight(5, 9, 10)), (20, Sight(7, 9, 20)), (30, Sight(7, 9, 30)))

    assert (progress.stands(40), progress.lags()) == ({"records.v1": 20.0}, {"records.v1": 2})


def test_who_fails_again_and_again_stands_still_though_it_is_doubtful_in_between() -> None:
    progress = _looked((0, Sight(5, 5, 0)), (10, Sight(5, 9, 10)))

    progress.look({}, [ONE], 20)
    progress.look({ONE: Sight(5, 9, 10)}, (), 30)

    assert progress.stands(40) == {"records.v1": 40.0}
    assert progress.silences(40) == {"records.v1": 20.0}


def test_who_moves_was_answered_though_it_fetches_nothing_new() -> None:
    assert _looked((0, Sight(5, 9, 0)), (50, Sight(6, 9, 0))).silences(60) == {"records.v1": 10.0}


def test_the_end_that_was_not_seen_yet_is_no_lag() -> None:
    assert not _looked((0, Sight(5, None, None))).lagging


def test_a_partition_that_is_read_elsewhere_now_is_forgotten() -> None:
    progress = Progress()
    progress.look({ONE: Sight(5, 9, 0), TWO: Sight(5, 6, 0)}, (), 0)

    assert progress.lags() == {"records.v1": 5}
    progress.look({TWO: Sight(5, 6, 0)}, (), 10)
    assert progress.lags() == {"records.v1": 1}


def test_who_was_taken_its_partitions_is_adrift_until_it_is_given_some() -> None:
    progress = Progress(taken_at=10)
    assert progress.adrift(40) == 30

    progress.taken_at = None
    assert progress.adrift(50) == 0


def test_only_the_partition_that_hears_nothing_is_named_and_not_its_whole_topic() -> None:
    progress = Progress()
    progress.look({ONE: Sight(5, 5, 0), TWO: Sight(5, 5, 0)}, (), 0)
    progress.look({ONE: Sight(5, 5, 0), TWO: Sight(5, 5, 100)}, (), 100)

    assert progress.silent(130, 120) == [ONE]


def test_whoever_is_answered_nothing_new_hears_nothing_whatever_time_the_wall_shows() -> None:
    in_an_hour = Sight(5, 9, 3600)

    assert _looked((0, in_an_hour), (50, in_an_hour), (60, in_an_hour)).silences(60) == {"records.v1": 60.0}


def test_whoever_is_answered_hears_though_the_clock_was_set_back() -> None:
    assert _looked((0, Sight(5, 5, 3600)), (50, Sight(5, 5, 50))).silences(60) == {"records.v1": 10.0}
