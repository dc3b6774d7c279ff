"""Promises about a branch's tables that are lent to main, for servers that know no branch."""

import threading
from datetime import timedelta

import pytest

from jupyter_mesh.catalog.maintenance import gc
from jupyter_mesh.errors import ConflictError, InputError, NameNotFound
from jupyter_mesh.model.names import HIDDEN

pytestmark = pytest.mark.our_database


@pytest.fixture
def carriers(hand, lake):
    """A table of main, with two rows."""
    table = hand.table("carriers", "raw")
    hand.fill(lake, table)
    return table


@pytest.fixture
def branch(lake, carriers):
    assert carriers.table in lake.tables("raw")
    return lake.open_branch("r1", None, ()).name


def place_of(lake, branch, table):
    (place,) = lake.lend(branch, [table])
    return place


def test_a_lent_table_stands_where_the_branchs_stands_and_nobody_lists_it(
    hand, lake, branch, carriers
):
    state = hand.append(lake, carriers, branch, rows=(3,))
    place = place_of(lake, branch, carriers)
    assert place.schema.startswith(HIDDEN)
    assert lake.snapshot(place).metadata_location == state.metadata_location
    assert list(lake.schemas()) == ["raw"]
    assert set(lake.standing()) == {carriers}
    other = lake.open_branch("r2", None, ()).name
    assert list(lake.schemas(other)) == ["raw"]
    assert list(lake.staged(other)) == []


def test_what_a_server_changed_and_made_is_the_branchs(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    hand.append(lake, place, rows=(3,))
    made = hand.table("made", "raw")
    home = place_of(lake, branch, made)
    with pytest.raises(NameNotFound):
        lake.snapshot(home)
    lake.prepare(home, lake.snapshot(carriers).columns, "")
    hand.append(lake, home, rows=(7,))

    assert list(lake.lend(branch, [carriers, made])) == [place, home]
    for table, rows in ((carriers, [1, 2, 3]), (made, [7])):
        assert hand.rows(lake, lake.snapshot(table, branch).metadata_location) == rows
    assert hand.rows(lake, lake.snapshot(carriers).metadata_location) == [1, 2]
    lake.merge(branch)
    assert hand.rows(lake, lake.snapshot(carriers).metadata_location) == [1, 2, 3]
    assert set(lake.standing()) == {carriers, made}


def test_what_was_changed_on_the_branch_is_shown_anew(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    hand.append(lake, carriers, branch, rows=(3,))
    assert place_of(lake, branch, carriers) == place
    assert hand.rows(lake, lake.snapshot(place).metadata_location) == [1, 2, 3]
    lake.drop(carriers, branch)
    lake.lend(branch, [carriers])
    with pytest.raises(NameNotFound):
        lake.snapshot(place)


def test_a_change_on_both_sides_is_told_and_the_branchs_holds(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    hand.append(lake, place, rows=(3,))
    state = hand.append(lake, carriers, branch, rows=(4,))
    with pytest.raises(ConflictError, match="carriers was changed"):
        lake.lend(branch, [carriers])
    assert lake.snapshot(carriers, branch).metadata_location == state.metadata_location
    assert lake.snapshot(place).metadata_location == state.metadata_location


@pytest.mark.parametrize("end", ["abandon", "sweep", "merge"])
def test_nothing_stays_lent_of_a_branch_that_has_ended(hand, lake, carriers, end):
    term = timedelta(seconds=-1) if end == "sweep" else None
    branch = lake.open_branch("r1", None, (), term).name
    place = place_of(lake, branch, carriers)
    hand.append(lake, place, rows=(3,))
    lake.sweep() if end == "sweep" else getattr(lake, end)(branch)
    with pytest.raises(NameNotFound):
        lake.snapshot(place)
    assert gc(lake, timedelta(seconds=-5)).removed > 0
    assert hand.rows(lake, lake.snapshot(carriers).metadata_location) == [1, 2]
    with pytest.raises(ConflictError):
        lake.lend(branch, [carriers])


def test_what_is_made_after_its_branch_has_ended_is_swept(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    columns = lake.snapshot(carriers).columns
    lake.abandon(branch)
    lake.prepare(place, columns, "")
    other = lake.open_branch("r2", None, ()).name
    kept = place_of(lake, other, carriers)
    lake.sweep()
    assert lake.snapshot(kept).rows == 2
    with pytest.raises(NameNotFound):
        lake.snapshot(place)


def test_many_may_take_back_the_same_change(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    hand.append(lake, place, rows=(3,))
    found, failures = [], []

    def take():
        try:
            found.append(lake.lend(branch, [carriers]))
        except ConflictError as error:
            failures.append(error)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, len(found)) == ([], 8)
    assert hand.rows(lake, lake.snapshot(carriers, branch).metadata_location) == [1, 2, 3]


def test_what_is_lent_is_not_collected_while_it_is(hand, lake, branch, carriers):
    place = place_of(lake, branch, carriers)
    hand.append(lake, place, rows=(3,))
    gc(lake, timedelta(seconds=-5))
    lake.lend(branch, [carriers])
    assert hand.rows(lake, lake.snapshot(carriers, branch).metadata_location) == [1, 2, 3]


def test_nobody_makes_a_schema_of_such_a_name(lake):
    with pytest.raises(InputError, match="as those of branches do"):
        lake.create_schema(f"{HIDDEN}mine")
