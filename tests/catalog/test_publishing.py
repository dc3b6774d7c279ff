"""Promises of publishing, on each database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.formats.release import digest, to_record
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.runs import ReleaseState
from jupyter_mesh.model.tables import BranchState, Landing
from jupyter_mesh.model.versions import ReleaseRef

PRODUCT = ProductName("aviation", "delays")


def test_a_release_and_its_tables_become_current_together(hand, lake):
    carriers, routes = hand.table("carriers"), hand.table("routes")
    branch = lake.open_branch("r1", PRODUCT, [carriers, routes])
    states = [hand.fill(lake, table, branch.name) for table in (carriers, routes)]
    with pytest.raises(NameNotFound):
        lake.snapshot(carriers)
    assert lake.latest(PRODUCT) is None

    release = lake.publish(branch.name, hand.release("1.0.0", states))

    assert lake.latest(PRODUCT) == release
    current = [hand.told(lake.snapshot(table)) for table in (carriers, routes)]
    assert current == [hand.told(state) for state in states]
    assert hand.rows(lake, lake.snapshot(carriers).metadata_location) == [1, 2]
    assert lake.branch(branch.name).state is BranchState.PUBLISHED
    assert [notice.kind for notice in lake.outbox()] == list(lake.notices)
    assert {notice.release for notice in lake.outbox()} == {"aviation/delays@1.0.0"}


def test_a_release_is_chained_to_the_one_before(hand, lake):
    first, second = hand.publish(lake, "1.0.0"), hand.publish(lake, "1.1.0")
    assert (first.previous, second.previous) == ("", first.digest)
    assert second.digest == digest(to_record(second))
    assert [(str(r.version), r.state) for r in lake.releases(PRODUCT)] == [
        ("1.1.0", ReleaseState.CURRENT),
        ("1.0.0", ReleaseState.SUPERSEDED),
    ]


def test_the_second_of_two_runs_from_one_base_is_refused_by_name(hand, lake):
    hand.publish(lake, "1.0.0")
    table = hand.table("carriers")
    slow = lake.open_branch("slow", None, [table])
    state = hand.fill(lake, table, slow.name, rows=(7,))
    hand.publish(lake, "1.1.0", rows=(8,))

    with pytest.raises(
        ConflictError, match=r"carriers was changed by .* aviation/delays 1\.1\.0"
    ):
        lake.merge(slow.name)

    assert lake.branch(slow.name).state is BranchState.OPEN
    assert lake.snapshot(table, slow.name) == state
    assert hand.rows(lake, lake.snapshot(table).metadata_location) == [8]


def test_a_product_that_moved_on_refuses_a_run_that_began_before(hand, lake):
    table = hand.table("other")
    slow = lake.open_branch("slow", PRODUCT, [table])
    state = hand.fill(lake, table, slow.name)
    hand.publish(lake, "1.0.0")
    with pytest.raises(
        ConflictError, match=r"aviation/delays was changed by its release 1\.0\.0"
    ):
        lake.publish(slow.name, hand.release("1.0.1", [state]))
    assert "other" not in lake.tables("aviation_delays")


def test_a_version_is_published_once(hand, lake):
    hand.publish(lake, "1.0.0")
    with pytest.raises(ConflictError, match=r"1\.0\.0 was already published"):
        hand.publish(lake, "1.0.0", rows=(9,))
    assert hand.rows(lake, lake.snapshot(hand.table("carriers")).metadata_location) == [1, 2]
    assert len(lake.releases()) == 1


def test_what_was_written_after_the_check_is_not_published(hand, lake):
    table = hand.table("carriers")
    branch = lake.open_branch("r1", PRODUCT, [table])
    checked = hand.fill(lake, table, branch.name)
    hand.append(lake, table, branch.name, rows=(3,))
    with pytest.raises(ConflictError, match="after it was checked"):
        lake.publish(branch.name, hand.release("1.0.0", [checked]))
    assert lake.latest(PRODUCT) is None
    assert lake.branch(branch.name).state is BranchState.OPEN


def test_a_table_that_no_port_serves_is_not_published(hand, lake):
    table, extra = hand.table("carriers"), hand.table("scratch")
    branch = lake.open_branch("r1", PRODUCT, [table])
    state = hand.fill(lake, table, branch.name)
    hand.fill(lake, extra, branch.name)
    with pytest.raises(InputError, match=r"also wrote lake\.aviation_delays\.scratch"):
        lake.publish(branch.name, hand.release("1.0.0", [state]))
    with pytest.raises(InputError, match="serves no table"):
        lake.publish(branch.name, hand.release("1.0.0", []))
    absent = replace(state, table=hand.table("absent"))
    with pytest.raises(InputError, match="was not staged"):
        lake.publish(branch.name, hand.release("1.0.0", [state, absent]))
    with pytest.raises(InputError, match="Two ports"):
        lake.publish(branch.name, hand.release("1.0.0", [state, state]))
    assert lake.schemas() == []


def test_a_table_dropped_on_the_branch_is_gone_after_publication_and_lives_in_its_release(
    hand, lake
):
    first = hand.publish(lake, "1.0.0", ("carriers", "routes"))
    carriers, routes = hand.table("carriers"), hand.table("routes")
    branch = lake.open_branch("r2", PRODUCT, [carriers])
    state = hand.fill(lake, carriers, branch.name, rows=(5,))
    lake.drop(routes, branch.name)
    assert "routes" in lake.tables("aviation_delays")
    lake.publish(branch.name, hand.release("2.0.0", [state]))
    assert list(lake.tables("aviation_delays")) == ["carriers"]
    assert hand.rows(lake, first.outputs[1].snapshot.metadata_location) == [1, 2]


def test_a_closed_branch_is_not_published(hand, lake):
    table = hand.table("carriers")
    branch = lake.open_branch("r1", PRODUCT, [table])
    release = hand.release("1.0.0", [hand.fill(lake, table, branch.name)])
    lake.abandon(branch.name)
    with pytest.raises(ConflictError, match="was abandoned"):
        lake.publish(branch.name, release)
    with pytest.raises(NameNotFound, match="branch lake~nosuch"):
        lake.publish("lake~nosuch", release)
    published = lake.open_branch("r2", PRODUCT, [table])
    lake.publish(
        published.name, hand.release("1.0.0", [hand.fill(lake, table, published.name)])
    )
    with pytest.raises(ConflictError, match="was published"):
        lake.publish(published.name, release)


def test_what_a_release_serves_changes_only_by_a_release_of_its_product(hand, lake):
    hand.publish(lake, "1.0.0")
    table = hand.table("carriers")
    with pytest.raises(ConflictError, match=r"served by the release aviation/delays 1\.0\.0"):
        lake.prepare(table, lake.snapshot(table).columns, "")
    with pytest.raises(ConflictError, match="served by the release"):
        lake.drop(table)
    branch = lake.open_branch("land", None, [table])
    hand.fill(lake, table, branch.name)
    with pytest.raises(ConflictError, match="served by the release"):
        lake.merge(branch.name)
    other = ProductName("sales", "orders")
    taken = lake.open_branch("taken", other, [table])
    state = hand.fill(lake, table, taken.name)
    with pytest.raises(ConflictError, match="promote aviation/delays"):
        lake.publish(taken.name, hand.release("1.0.0", [state], other))
    assert lake.latest(other) is None
    assert hand.rows(lake, lake.snapshot(table).metadata_location) == [1, 2]


def test_a_landing_is_found_again_while_it_is_current(hand, lake):
    table = hand.table("flights", "raw")
    landing = Landing(table, "flights.csv", "text/csv", 12, "ab" * 32, 2)
    branch = lake.open_branch("land1", None, [table])
    state = hand.fill(lake, table, branch.name)
    lake.merge(branch.name, landing)
    found = lake.landing(table, landing.digest)
    assert found is not None
    assert found.created is not None
    assert replace(found, created=None) == replace(landing, snapshot_id=state.snapshot_id)
    assert lake.landing(table, "cd" * 32) is None
    assert lake.landing(hand.table("planes", "raw"), landing.digest) is None

    again = lake.open_branch("land2", None, [table])
    hand.fill(lake, table, again.name, rows=(3,))
    lake.merge(again.name, replace(landing, digest="cd" * 32))
    assert lake.landing(table, landing.digest) is None
    lake.drop(table)
    assert lake.landing(table, "cd" * 32) is None


def test_an_empty_landing_is_found_again(hand, lake):
    table = hand.table("flights", "raw")
    branch = lake.open_branch("land1", None, [table])
    lake.prepare(table, hand.fill(lake, table, branch.name).columns, branch.name)
    lake.merge(branch.name, Landing(table, "empty.csv", "text/csv", 0, "ab" * 32))
    assert lake.landing(table, "ab" * 32) is not None
    with pytest.raises(NameNotFound):
        lake.merge(
            lake.open_branch("x", None, []).name, Landing(hand.table("no"), "", "", 0, "")
        )


def test_the_newest_release_in_a_range_is_found_and_the_nearest_offered(hand, lake):
    for version in ("1.0.0", "1.0.0+r1", "1.2.0", "2.0.0"):
        hand.publish(lake, version)
    wanted = {
        "": "2.0.0",
        "@latest": "2.0.0",
        "@^1": "1.2.0",
        "@1.0.0": "1.0.0",
        "@~1.0": "1.0.0+r1",
    }
    for text, version in wanted.items():
        assert str(lake.release(ReleaseRef.parse(f"aviation/delays{text}")).version) == version
    with pytest.raises(NameNotFound, match=r"2\.0\.0"):
        lake.release(ReleaseRef.parse("aviation/delays@3"))
    with pytest.raises(NameNotFound, match="Did you mean aviation/delays"):
        lake.release(ReleaseRef.parse("aviation/delay"))


def test_a_release_cannot_take_away_a_table_of_others(hand, lake):
    raw = TableName("lake", "raw", "planes")
    landing = lake.open_branch("landing", None, [raw])
    lake.create_schema("raw", landing.name)
    hand.fill(lake, raw, landing.name)
    lake.merge(landing.name)
    branch = lake.open_branch("r1", PRODUCT, [hand.table("carriers")])
    state = hand.fill(lake, hand.table("carriers"), branch.name)
    lake.drop(raw, branch.name)

    with pytest.raises(InputError, match=r"dropped lake\.raw\.planes"):
        lake.publish(branch.name, hand.release("1.0.0", [state]))

    assert lake.snapshot(raw).rows
    assert lake.latest(PRODUCT) is None
