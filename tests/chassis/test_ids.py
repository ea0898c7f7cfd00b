"""Our own ids sort roughly by when they were made and tell nothing else."""

from uuid import RFC_4122

from chassis.ids import uuid7


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = [uuid7() for _ in range(1000)]

    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    assert len(set(made)) == 1000


def test_later_ids_do_not_sort_before_earlier_ones_by_their_time() -> None:
    times = [uuid7().int >> 80 for _ in range(1000)]

    assert times == sorted(times)
