"""Promises of time travel and tags, on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.tables import AsOf

PRODUCT = ProductName("aviation", "delays")


def read(hand, lake, table, **at):
    state = lake.snapshot(table, at=AsOf(**at))
    return hand.rows(lake, state.metadata_location)


def test_a_table_is_read_as_a_release_served_it_without_any_tag(hand, lake):
    for number, version in enumerate(("1.0.0", "1.0.0+r1", "1.1.0")):
        hand.publish(lake, version, rows=(number,))
    table = hand.table("carriers")
    assert read(hand, lake, table, version="v1.0.0") == [0]
    assert read(hand, lake, table, version="v1.0.0_r1") == [1]
    assert read(hand, lake, table, version="v1.1.0") == [2]
    with pytest.raises(NameNotFound) as error:
        lake.snapshot(table, at=AsOf(version="v1.2.0"))
    assert error.value.kind == "version of lake.aviation_delays.carriers"
    assert "v1.1.0" in error.value.near


def test_a_tag_of_another_tool_is_read_too(hand, lake):
    table = hand.table("flights", "raw")
    first = hand.fill(lake, table, rows=(1,))
    client = hand.client(lake).load_table(("raw", "flights"))
    client.manage_snapshots().create_tag(first.snapshot_id, "audited").commit()
    hand.append(lake, table, rows=(2,))
    state = lake.snapshot(table, at=AsOf(version="audited"))
    assert (state.snapshot_id, state.rows) == (first.snapshot_id, 1)


def test_a_snapshot_id_is_found_also_after_the_table_was_made_anew(hand, lake):
    old = hand.publish(lake, "1.0.0", rows=(1,)).outputs[0].snapshot
    table = hand.table("carriers")
    current = hand.publish(lake, "1.1.0", rows=(2,)).outputs[0].snapshot
    for state in (old, current):
        found = lake.snapshot(table, at=AsOf(version=str(state.snapshot_id)))
        assert found.snapshot_id == state.snapshot_id
    branch = lake.open_branch("anew", PRODUCT, [table])
    lake.drop(table, branch.name)
    state = hand.fill(lake, table, branch.name, rows=(3,))
    lake.publish(branch.name, hand.release("2.0.0", [state]))
    found = lake.snapshot(table, at=AsOf(version=str(old.snapshot_id)))
    assert hand.told(found) == hand.told(old)
    with pytest.raises(NameNotFound):
        lake.snapshot(table, at=AsOf(version="42"))


def test_a_time_is_answered_with_what_readers_saw_then(hand, lake):
    table = hand.table("carriers")
    hand.publish(lake, "1.0.0", rows=(1,))
    between = datetime.now(UTC)
    branch = lake.open_branch("slow", PRODUCT, [table])
    state = hand.fill(lake, table, branch.name, rows=(2,))
    staged = datetime.now(UTC)
    lake.publish(branch.name, hand.release("1.1.0", [state]))
    after = datetime.now(UTC)
    assert read(hand, lake, table, timestamp=between) == [1]
    # Staged is not yet seen: the snapshot is older than its publication.
    assert read(hand, lake, table, timestamp=staged) == [1]
    assert read(hand, lake, table, timestamp=after) == [2]
    with pytest.raises(NameNotFound, match="version of"):
        lake.snapshot(table, at=AsOf(timestamp=between - timedelta(days=1)))
    with pytest.raises(InputError, match="time zone"):
        lake.snapshot(table, at=AsOf(timestamp=datetime(2026, 1, 1)))


def test_a_time_is_answered_also_where_another_program_wrote(hand, lake):
    table = hand.table("flights", "raw")
    lake.create_schema("raw")
    theirs = hand.client(lake).create_table(("raw", "flights"), schema=_schema())
    with pytest.raises(NameNotFound):
        lake.snapshot(table, at=AsOf(timestamp=datetime.now(UTC)))
    first = hand.append(lake, table, rows=(1,))
    between = datetime.now(UTC)
    second = hand.append(lake, table, rows=(2,))
    assert theirs.location() in first.metadata_location
    found = lake.snapshot(table, at=AsOf(timestamp=between))
    assert (found.snapshot_id, found.rows) == (first.snapshot_id, 1)
    now = lake.snapshot(table, at=AsOf(timestamp=datetime.now(UTC)))
    assert now.snapshot_id == second.snapshot_id


def _schema():
    from pyiceberg.schema import Schema
    from pyiceberg.types import LongType, NestedField, StringType

    return Schema(NestedField(1, "id", LongType()), NestedField(2, "name", StringType()))


def test_a_time_between_our_steps_finds_what_another_program_wrote_there(hand, lake):
    table = hand.table("flights", "raw")
    hand.fill(lake, table, rows=(1,))
    branch = lake.open_branch("ours", None, [table])
    hand.fill(lake, table, branch.name, rows=(7,))
    lake.merge(branch.name)
    merged = datetime.now(UTC)
    theirs = hand.append(lake, table, rows=(8,))
    between = datetime.now(UTC)
    again = lake.open_branch("again", None, [table])
    hand.fill(lake, table, again.name, rows=(9,))
    lake.merge(again.name)
    assert read(hand, lake, table, timestamp=merged) == [7]
    found = lake.snapshot(table, at=AsOf(timestamp=between))
    assert found.snapshot_id == theirs.snapshot_id


def test_history_tells_every_published_state_once_newest_first(hand, lake):
    for number, version in enumerate(("1.0.0", "1.1.0"), 1):
        lake.tag(hand.publish(lake, version, rows=range(number)))
    history = lake.history(hand.table("carriers"))
    assert [state.rows for state in history] == [2, 1]
    assert history[0].committed > history[1].committed


def test_tags_follow_a_release_and_stay_when_written_again(hand, lake):
    release = hand.publish(lake, "1.0.0", ("carriers", "routes"))
    lake.tag(release)
    location = lake.snapshot(hand.table("carriers")).metadata_location
    lake.tag(release)
    assert lake.snapshot(hand.table("carriers")).metadata_location == location
    for name in ("carriers", "routes"):
        table = hand.client(lake).load_table(("aviation_delays", name))
        assert (
            table.snapshot_by_name("v1.0.0").snapshot_id == table.current_snapshot().snapshot_id
        )


def test_a_tag_does_not_disturb_a_run_and_a_run_does_not_lose_it(hand, lake):
    first = hand.publish(lake, "1.0.0", rows=(1,))
    table = hand.table("carriers")
    branch = lake.open_branch("r2", PRODUCT, [table])
    reader = lake.open_branch("reader", None, [])
    lake.tag(first)
    assert lake.staged(reader.name) == []
    state = hand.fill(lake, table, branch.name, rows=(2,))
    second = lake.publish(branch.name, hand.release("1.1.0", [state]))
    lake.tag(second)
    _location, metadata = lake.load(table)
    assert {"v1.0.0", "v1.1.0"} <= set(metadata.refs)


def test_a_foreign_tag_of_the_same_name_is_left_alone(hand, lake):
    first = hand.publish(lake, "1.0.0", rows=(1,))
    client = hand.client(lake).load_table(("aviation_delays", "carriers"))
    client.manage_snapshots().create_tag(
        first.outputs[0].snapshot.snapshot_id, "v1.1.0"
    ).commit()
    second = hand.publish(lake, "1.1.0", rows=(2,))
    with pytest.raises(ConflictError, match=r"tag v1\.1\.0 .* another snapshot"):
        lake.tag(second)
    assert read(hand, lake, hand.table("carriers"), version="v1.1.0") == [2]


def test_a_release_without_rows_or_without_its_table_needs_no_tag(hand, lake):
    empty = hand.publish(lake, "1.0.0", rows=())
    lake.tag(empty)
    branch = lake.open_branch("r2", PRODUCT, [])
    lake.drop(hand.table("carriers"), branch.name)
    state = hand.fill(lake, hand.table("routes"), branch.name)
    lake.publish(branch.name, hand.release("2.0.0", [state]))
    lake.tag(empty)
    assert [one.version.tag for one in lake.releases()] == ["v2.0.0", "v1.0.0"]
