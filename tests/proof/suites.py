"""Which tests make which claim of `make proof-carrier`."""

SUITES = {
    "errors by class, each in the table and tested": (
        "tests/chassis/test_verdicts.py", "tests/chassis/test_failure.py", "tests/chassis/test_failure_on_postgres.py",
    ),
    "PostgreSQL and Kafka disagree: noticed and halted, told again and read again": (
        "tests/chassis/test_topic_made_again.py", "tests/chassis/test_halting.py", "tests/chassis/test_place.py",
        "tests/chassis/test_outgrown.py", "tests/chassis/test_earlier.py", "tests/chassis/test_moved_meanwhile.py",
        "tests/chassis/test_contradictions.py", "tests/chassis/test_held_contradictions.py", "tests/chassis/test_up_to_there.py",
        "tests/chassis/test_positions.py", "tests/landfall/test_positions.py", "tests/chassis/test_replay.py",
        "tests/chassis/test_written_between.py", "tests/chassis/test_looking_back.py", "tests/chassis/test_figures_go_on.py",
        "tests/faults/test_lost_topic.py", "tests/faults/test_lost_while_idle.py", "tests/faults/test_halted_topic.py",
        "tests/faults/test_unreadable_on_own_topic.py",
    ),
    "PostgreSQL restored: a service hears itself first": (
        "tests/faults/test_restored_database.py", "tests/faults/test_restored_and_lost.py", "tests/faults/test_restored_and_replayed.py",
        "tests/faults/test_restored_figures.py", "tests/faults/test_settled_since_backup.py", "tests/faults/test_deadly_recall.py",
        "tests/faults/test_many_wait_in_a_recall.py", "tests/faults/test_recalled_in_time_order.py",
        "tests/faults/test_moved_past_again.py", "tests/faults/test_recalled_under_a_stop.py",
        "tests/chassis/test_recalled_in_turn.py", "tests/chassis/test_heard_before.py", "tests/faults/test_one_id_recalled.py",
        "tests/faults/test_recalled_once.py",
    ),
    "what comes from outside is heard once": (
        "tests/faults/test_told_twice.py", "tests/chassis/test_heard_once.py", "tests/chassis/test_one_id_one_event.py",
        "tests/chassis/test_forgetting.py",
    ),
    "held to the end: orders": (
        "tests/chassis/test_orders.py", "tests/chassis/test_orders_of_one_subject.py", "tests/chassis/test_order_lock.py",
        "tests/chassis/test_discarding.py", "tests/chassis/test_held.py", "tests/landfall/test_held.py",
        "tests/chassis/test_unknown_in_order.py", "tests/chassis/test_known_now.py", "tests/chassis/test_in_hand.py",
    ),
    "held to the end: attempts, stops": (
        "tests/chassis/test_attempts.py", "tests/chassis/test_stops.py", "tests/chassis/test_counted_once.py",
        "tests/chassis/test_to_blame.py", "tests/chassis/test_blame.py", "tests/chassis/test_cut_in.py",
        "tests/chassis/test_rolled_back.py", "tests/chassis/test_in_a_row.py", "tests/chassis/test_no_new_allowance.py",
    ),
    "what falls due: when its day is over, and each by itself": (
        "tests/handover/test_live.py", "tests/handover/test_landing.py", "tests/intel/test_desk.py", "tests/chassis/test_event_clock.py",
    ),
    "the relay: leader, late committers, held snapshot, stuck producer, oversized message, followers, own compacted topics": (
        "tests/chassis/test_relay.py", "tests/chassis/test_relay_floor.py", "tests/chassis/test_relay_leader.py",
        "tests/chassis/test_relay_producer.py", "tests/chassis/test_relay_zombie.py", "tests/chassis/test_reconcile.py",
        "tests/chassis/test_mirror.py", "tests/chassis/test_say.py", "tests/chassis/test_own_ends.py", "tests/chassis/test_compacted.py",
        "tests/chassis/test_still_there.py",
    ),
    "contracts: every kind of change, every release, both ways; who hears what, as the catalogue says": (
        "tests/compatibility", "tests/contracts", "tests/chassis/test_subscribers.py",
    ),
    "what is heard: in order, each telling once, what must wait waits alone, what was read is known again": (
        "tests/chassis/test_sift.py", "tests/chassis/test_sift_latest.py", "tests/chassis/test_latest.py", "tests/chassis/test_offsets.py",
        "tests/chassis/test_waiting_tellings.py", "tests/chassis/test_reading_on.py", "tests/chassis/test_told_before.py",
        "tests/chassis/test_values_before.py", "tests/chassis/test_went_back.py", "tests/chassis/test_forged.py",
        "tests/chassis/test_more_partitions.py", "tests/chassis/test_chores.py", "tests/chassis/test_migrate.py",
        "tests/faults/test_behind_what_waits.py", "tests/records/test_one_person_one_record.py", "tests/intel/test_anew.py",
        "tests/handover/test_at_once.py", "tests/handover/test_retelling.py", "tests/landfall/test_topics.py",
        "tests/landfall/test_runbooks.py", "tests/landfall/test_index_of_messages.py",
    ),
    "liveness and readiness": (
        "tests/chassis/test_readiness.py", "tests/chassis/test_liveness.py", "tests/chassis/test_leaderless.py",
        "tests/chassis/test_recalling.py", "tests/chassis/test_overdue.py", "tests/chassis/test_progress.py",
        "tests/chassis/test_connections.py", "tests/chassis/test_parts.py",
    ),
}  # fmt: skip

REBALANCE = ("tests/faults/test_rebalance.py", "tests/faults/test_sigterm.py", "tests/faults/test_stopped_recall.py")
"""Run alone, for what they measure."""


def is_in_a_suite(test: str) -> bool:
    """Whether this file, or the file of this node id, is run with some claim."""
    return any(test.startswith(each) for suite in SUITES.values() for each in suite)
