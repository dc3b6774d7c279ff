"""Promises of going back, on each database."""

from __future__ import annotations

import pytest

from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import ReleaseState
from jupyter_mesh.model.tables import AsOf
from jupyter_mesh.model.versions import ReleaseRef

PRODUCT = ProductName("aviation", "delays")
BO = Actor("bo")


def back(lake, version):
    return lake.rollback(PRODUCT, ReleaseRef.parse(f"{PRODUCT}@{version}"), BO)


def read(hand, lake, name="carriers"):
    return hand.rows(lake, lake.snapshot(hand.table(name)).metadata_location)


def test_a_rollback_is_a_release_of_its_own(hand, lake):
    hand.publish(lake, "1.0.0", rows=(1,))
    left = hand.publish(lake, "1.1.0", rows=(2,))
    release = back(lake, "1.0.0")
    assert (str(release.version), release.kind, release.restores) == (
        "1.0.0+r1",
        "rollback",
        "1.0.0",
    )
    assert release.actor == BO
    assert release.previous == left.digest
    assert release.reason == "rolled back from 1.1.0 to 1.0.0"
    assert read(hand, lake) == [1]
    assert hand.rows(lake, release.outputs[0].snapshot.metadata_location) == [1]
    assert lake.latest(PRODUCT) == release
    states = {str(one.version): one.state for one in lake.releases()}
    assert states == {
        "1.0.0+r1": ReleaseState.CURRENT,
        "1.1.0": ReleaseState.ROLLED_BACK,
        "1.0.0": ReleaseState.SUPERSEDED,
    }
    assert [notice.release for notice in lake.outbox()][-1] == "aviation/delays@1.0.0+r1"


def test_a_range_does_not_lead_to_what_was_rolled_back_but_its_number_does(hand, lake):
    hand.publish(lake, "1.0.0")
    hand.publish(lake, "1.1.0")
    back(lake, "1.0.0")
    assert str(lake.release(ReleaseRef.parse(f"{PRODUCT}@^1")).version) == "1.0.0+r1"
    assert str(lake.release(ReleaseRef.parse(f"{PRODUCT}@1.1.0")).version) == "1.1.0"


def test_history_tags_and_later_promotions_go_on_after_a_rollback(hand, lake):
    lake.tag(hand.publish(lake, "1.0.0", rows=(1,)))
    lake.tag(hand.publish(lake, "1.1.0", rows=(2,)))
    back(lake, "1.0.0")
    hand.publish(lake, "1.2.0", rows=(3,))
    table = hand.table("carriers")
    assert read(hand, lake) == [3]
    for tag, rows in {"v1.0.0": [1], "v1.1.0": [2], "v1.0.0_r1": [1], "v1.2.0": [3]}.items():
        location = lake.snapshot(table, at=AsOf(version=tag)).metadata_location
        assert hand.rows(lake, location) == rows
    _location, metadata = lake.load(table)
    assert {"v1.0.0", "v1.1.0"} <= set(metadata.refs)
    assert [state.rows for state in lake.history(table)] == [1, 1, 1, 1]


def test_going_forward_again_is_a_rollback_too(hand, lake):
    hand.publish(lake, "1.0.0", rows=(1,))
    hand.publish(lake, "1.1.0", rows=(2,))
    back(lake, "1.0.0")
    assert str(back(lake, "1.1.0").version) == "1.1.0+r1"
    assert read(hand, lake) == [2]


def test_tables_only_in_the_newer_release_stay_and_dropped_ones_come_back(hand, lake):
    hand.publish(lake, "1.0.0", ("carriers", "routes"), rows=(1,))
    branch = lake.open_branch("r2", PRODUCT, [])
    state = hand.fill(lake, hand.table("airports"), branch.name, rows=(5,))
    lake.drop(hand.table("routes"), branch.name)
    lake.drop(hand.table("carriers"), branch.name)
    lake.publish(branch.name, hand.release("2.0.0", [state]))
    back(lake, "1.0.0")
    assert list(lake.tables("aviation_delays")) == ["airports", "carriers", "routes"]
    assert read(hand, lake, "routes") == read(hand, lake) == [1]
    assert read(hand, lake, "airports") == [5]


def test_a_table_made_anew_since_gets_its_old_self_back(hand, lake):
    hand.publish(lake, "1.0.0", rows=(1,))
    table = hand.table("carriers")
    old = lake.snapshot(table)
    branch = lake.open_branch("r2", PRODUCT, [table])
    lake.drop(table, branch.name)
    state = hand.fill(lake, table, branch.name, rows=(2,))
    assert state.uuid != old.uuid
    lake.publish(branch.name, hand.release("2.0.0", [state]))
    back(lake, "1.0.0")
    assert hand.told(lake.snapshot(table)) == hand.told(old)


def test_an_empty_release_comes_back_empty(hand, lake):
    hand.publish(lake, "1.0.0", rows=())
    hand.publish(lake, "1.1.0", rows=(2,))
    back(lake, "1.0.0")
    assert read(hand, lake) == []


def test_going_nowhere_is_refused(hand, lake):
    with pytest.raises(NameNotFound):
        back(lake, "1.0.0")
    hand.publish(lake, "1.0.0")
    with pytest.raises(InputError, match="is the current release"):
        back(lake, "1.0.0")
    with pytest.raises(NameNotFound, match=r"Did you mean aviation/delays@1\.0\.0"):
        back(lake, "2.0.0")
    other = ReleaseRef.parse("sales/orders@1.0.0")
    with pytest.raises(InputError, match="not a release of aviation/delays"):
        lake.rollback(PRODUCT, other, BO)


@pytest.mark.our_database
def test_a_rollback_that_comes_second_changes_nothing(hand, lake, monkeypatch):
    hand.publish(lake, "1.0.0", rows=(1,))
    hand.publish(lake, "1.1.0", rows=(2,))
    settle = lake.files.settle

    def overtaken(steps):
        monkeypatch.undo()
        hand.publish(hand.lake(), "1.2.0", rows=(3,))
        settle(steps)

    monkeypatch.setattr(lake.files, "settle", overtaken)
    with pytest.raises(ConflictError, match=r"changed by its release 1\.2\.0"):
        back(lake, "1.0.0")
    assert read(hand, lake) == [3]
    assert str(lake.latest(PRODUCT).version) == "1.2.0"
