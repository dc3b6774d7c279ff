"""Promises of branches, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.tables import BranchState
from jupyter_mesh.model.types import BIGINT, VARCHAR

PRODUCT = ProductName("aviation", "delays")


def test_a_branch_isolates_rows_columns_new_tables_and_drops(hand, lake):
    hand.publish(lake, "1.0.0", ("carriers", "routes"))
    carriers, routes, new = (hand.table(name) for name in ("carriers", "routes", "new"))
    before = lake.snapshot(carriers)
    branch = lake.open_branch("r1", PRODUCT, [carriers])
    hand.fill(
        lake, carriers, branch.name, (9,), (Column("id", BIGINT), Column("extra", VARCHAR))
    )
    hand.fill(lake, new, branch.name)
    hand.fill(lake, hand.table("t", "elsewhere"), branch.name)
    lake.drop(routes, branch.name)

    assert lake.snapshot(carriers) == before
    assert list(lake.tables("aviation_delays")) == ["carriers", "routes"]
    assert list(lake.schemas()) == ["aviation_delays"]
    assert list(lake.tables("aviation_delays", branch.name)) == ["carriers", "new"]
    assert list(lake.schemas(branch.name)) == ["aviation_delays", "elsewhere"]
    assert [column.name for column in lake.snapshot(carriers, branch.name).columns] == [
        "id",
        "extra",
    ]
    assert hand.rows(lake, lake.snapshot(carriers, branch.name).metadata_location) == [9]


@pytest.mark.our_database
def test_a_branch_keeps_seeing_main_as_it_was(hand, lake):
    hand.publish(lake, "1.0.0")
    table = hand.table("carriers")
    before = lake.snapshot(table)
    branch = lake.open_branch("reader", None, [])
    hand.publish(lake, "1.1.0", ("carriers", "routes"), rows=(5,))
    assert lake.snapshot(table, branch.name) == before
    assert list(lake.tables("aviation_delays", branch.name)) == ["carriers"]
    assert lake.staged(branch.name) == []


def test_staged_tells_what_differs_by_name(hand, lake):
    hand.publish(lake, "1.0.0", ("carriers", "routes"))
    branch = lake.open_branch("r1", PRODUCT, [])
    later = hand.fill(lake, hand.table("routes"), branch.name)
    earlier = hand.fill(lake, hand.table("airports"), branch.name)
    assert lake.staged(branch.name) == [earlier, later]


def test_reset_puts_a_table_back_to_where_the_branch_found_it(hand, lake):
    hand.publish(lake, "1.0.0")
    carriers, new = hand.table("carriers"), hand.table("new")
    branch = lake.open_branch("r1", PRODUCT, [])
    found = lake.snapshot(carriers, branch.name)
    hand.fill(lake, carriers, branch.name, (7,))
    hand.fill(lake, new, branch.name)
    lake.reset(carriers, branch.name)
    lake.reset(new, branch.name)
    assert lake.snapshot(carriers, branch.name) == found
    lake.drop(carriers, branch.name)
    lake.reset(carriers, branch.name)
    assert lake.staged(branch.name) == []


def test_prepare_keeps_identity_history_and_tags(hand, lake):
    lake.tag(hand.publish(lake, "1.0.0"))
    table = hand.table("carriers")
    before = lake.snapshot(table)
    branch = lake.open_branch("r1", PRODUCT, [table])
    columns = (Column("id", BIGINT, required=True, description="The key."), Column("n", BIGINT))
    empty = lake.prepare(table, columns, branch.name)
    assert (empty.uuid, empty.rows, empty.snapshot_id) == (before.uuid, 0, None)
    assert empty.columns == columns
    assert lake.prepare(table, columns, branch.name).schema_id == empty.schema_id
    _location, metadata = lake.load(table, branch.name)
    assert metadata.refs["v1.0.0"].snapshot_id == before.snapshot_id
    assert metadata.snapshot_by_id(before.snapshot_id) is not None
    assert metadata.properties["gc.enabled"] == "false"
    assert metadata.properties["write.metadata.delete-after-commit.enabled"] == "false"
    assert metadata.format_version == 2


def test_an_abandoned_branch_leaves_no_rows_and_is_abandoned_again_without_harm(hand, lake):
    hand.publish(lake, "1.0.0")
    branch = lake.open_branch("r1", PRODUCT, [])
    hand.fill(lake, hand.table("carriers"), branch.name)
    lake.abandon(branch.name)
    lake.abandon(branch.name)
    assert lake.branch(branch.name).state is BranchState.ABANDONED
    assert {scope for scope, _table, _location in lake.pointers.everything()} == {"lake"}
    for use in (
        lambda: lake.renew(branch.name),
        lambda: lake.snapshot(hand.table("carriers"), branch.name),
        lambda: lake.prepare(hand.table("carriers"), (Column("a", BIGINT),), branch.name),
        lambda: lake.create_schema("x", branch.name),
        lambda: lake.drop(hand.table("carriers"), branch.name),
        lambda: lake.reset(hand.table("carriers"), branch.name),
        lambda: lake.schemas(branch.name),
    ):
        with pytest.raises(ConflictError, match=r"lake~r1 was abandoned"):
            use()


def test_a_published_branch_is_not_abandoned_any_more(hand, lake):
    branch = lake.open_branch("r1", None, [hand.table("carriers")])
    state = hand.fill(lake, hand.table("carriers"), branch.name)
    lake.merge(branch.name)
    lake.abandon(branch.name)
    assert lake.branch(branch.name).state is BranchState.PUBLISHED
    assert hand.told(lake.snapshot(hand.table("carriers"))) == hand.told(state)


def test_a_branch_whose_lease_has_ended_is_swept_and_a_renewed_one_is_not(hand, lake):
    lake.hidden.lease = timedelta(seconds=-1)
    lost = lake.open_branch("lost", PRODUCT, [])
    kept = lake.open_branch("kept", PRODUCT, [])
    lake.hidden.lease = timedelta(minutes=1)
    lake.renew(kept.name)
    assert lake.branch(kept.name).lease_until > kept.lease_until
    swept = lake.sweep()
    assert [(branch.name, branch.state) for branch in swept] == [
        (lost.name, BranchState.ABANDONED)
    ]
    assert lake.branch(kept.name).state is BranchState.OPEN
    assert lake.sweep() == []


def test_a_longer_lease_is_not_shortened(lake):
    branch = lake.open_branch("long", PRODUCT, [], lease=timedelta(days=2))
    lake.renew(branch.name)
    assert lake.branch(branch.name).lease_until == branch.lease_until


def test_names_that_are_not_there_are_answered_with_the_nearest(hand, lake):
    hand.publish(lake, "1.0.0")
    lake.open_branch("r1", None, [])
    with pytest.raises(NameNotFound, match=r"branch lake~r2\.\nDid you mean lake~r1"):
        lake.branch("lake~r2")
    for use in (lake.renew, lake.abandon, lake.staged, lake.schemas):
        with pytest.raises(NameNotFound, match="branch lake~nosuch"):
            use("lake~nosuch")
    with pytest.raises(NameNotFound, match="catalog other"):
        lake.open_branch("r3", None, [TableName("other", "a", "b")])
    with pytest.raises(ConflictError, match="already a branch of the run r1"):
        lake.open_branch("r1", None, [])
    with pytest.raises(InputError, match="without dots"):
        lake.create_schema("a.b")


def test_the_standard_client_reads_and_writes_a_branch(hand, lake):
    hand.publish(lake, "1.0.0")
    table = hand.table("carriers")
    branch = lake.open_branch("r1", PRODUCT, [table])
    state = hand.append(lake, table, branch.name, (3,))
    assert hand.rows(lake, state.metadata_location) == [1, 2, 3]
    main = hand.client(lake).load_table(("aviation_delays", "carriers"))
    assert main.metadata_location == lake.snapshot(table).metadata_location
    assert main.scan().to_arrow().num_rows == 2


@pytest.mark.our_database
def test_two_lakes_share_a_database_without_meeting(hand, lake):
    other = hand.lake("pond")
    hand.publish(lake, "1.0.0")
    assert other.schemas() == []
    assert other.releases() == []
    pond = TableName("pond", "a", "b")
    other.prepare(pond, (Column("a", BIGINT),), "")
    assert list(lake.schemas()) == ["aviation_delays"]
    with pytest.raises(NameNotFound, match="catalog pond"):
        lake.snapshot(pond)
