"""Any state of a table can be held open on a branch."""

from datetime import timedelta

LONG = timedelta(hours=1)


def test_an_earlier_state_stands_on_a_branch(hand, lake):
    table = hand.table("carriers")
    hand.publish(lake, "1.0.0", rows=(1, 2))
    first = lake.snapshot(table)
    hand.publish(lake, "1.1.0", rows=(3,))
    branch = lake.pinned(first, LONG)
    assert lake.snapshot(table, branch).metadata_location == first.metadata_location
    assert hand.rows(lake, lake.snapshot(table, branch).metadata_location) == [1, 2]
    assert lake.snapshot(table).metadata_location != first.metadata_location


def test_one_branch_serves_everybody_who_asks(hand, lake):
    hand.publish(lake, "1.0.0")
    state = lake.snapshot(hand.table("carriers"))
    assert lake.pinned(state, LONG) == lake.pinned(state, LONG)


def test_a_state_that_is_nowhere_else_any_more_can_be_read(hand, lake):
    table = hand.table("carriers")
    branch = lake.open_branch("gone", None, (table,)).name
    lake.create_schema(table.schema, branch)
    state = hand.fill(lake, table, branch)
    held = lake.pinned(state, LONG)
    lake.abandon(branch)
    assert hand.rows(lake, lake.snapshot(table, held).metadata_location) == [1, 2]


def test_a_branch_whose_time_is_over_is_swept_and_opened_again(hand, lake):
    hand.publish(lake, "1.0.0")
    state = lake.snapshot(hand.table("carriers"))
    first = lake.pinned(state, timedelta(seconds=-1))
    lake.sweep()
    assert lake.pinned(state, LONG) != first
