"""Promises about schemas' properties and about tables that get another name."""

import pytest

from jupyter_mesh.catalog.maintenance import fsck
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound


def test_properties_are_noted_changed_and_forgotten(lake):
    lake.create_schema("raw")
    lake.set_properties("raw", "", {"a": "1", "b": "2"}, ())
    lake.set_properties("raw", "", {"a": "3"}, ["b", "exists"])
    assert lake.properties("raw") == {"a": "3", "location": f"{lake.warehouse}/raw"}
    assert lake.schemas() == ["raw"]


@pytest.mark.our_database
@pytest.mark.parametrize(
    ("key", "value"), [("exists", "no"), ("k" * 256, ""), ("k", "v" * 1001)]
)
def test_what_no_database_keeps_is_refused(lake, key, value):
    with pytest.raises(InputError):
        lake.set_properties("raw", "", {key: value}, ())


def test_a_branch_has_properties_of_its_own(lake):
    lake.create_schema("raw")
    branch = lake.open_branch("run1", None, ()).name
    lake.set_properties("raw", branch, {"a": "1"}, ())
    assert "a" not in lake.properties("raw")
    assert lake.properties("raw", branch)["a"] == "1"


def test_a_table_moves_with_its_rows_and_its_past(lake, hand):
    old, new = hand.table("a", "raw"), hand.table("b", "kept")
    state = hand.fill(lake, old)
    lake.rename(old, new)
    assert lake.snapshot(new).snapshot_id == state.snapshot_id
    with pytest.raises(NameNotFound):
        lake.snapshot(old)
    assert fsck(lake) == []


def test_a_name_that_is_taken_is_not_overwritten(lake, hand):
    first, second = hand.table("a", "raw"), hand.table("b", "raw")
    kept = hand.fill(lake, second)
    hand.fill(lake, first)
    with pytest.raises(ConflictError):
        lake.rename(first, second)
    assert lake.snapshot(second) == kept
    assert list(lake.tables("raw")) == ["a", "b"]
    with pytest.raises(NameNotFound):
        lake.rename(hand.table("gone", "raw"), hand.table("c", "raw"))


def test_a_released_table_keeps_its_name(lake, hand):
    hand.publish(lake, "1.0.0")
    with pytest.raises(ConflictError, match="served by the release"):
        lake.rename(hand.table("carriers"), hand.table("other"))
    assert list(lake.tables("aviation_delays")) == ["carriers"]


def test_a_table_renamed_on_a_branch_is_another_when_it_is_merged(lake, hand):
    old, new = hand.table("a", "raw"), hand.table("b", "raw")
    hand.fill(lake, old)
    branch = lake.open_branch("run1", None, (old,)).name
    lake.rename(old, new, branch)
    assert list(lake.tables("raw")) == ["a"]
    lake.merge(branch)
    assert list(lake.tables("raw")) == ["b"]
