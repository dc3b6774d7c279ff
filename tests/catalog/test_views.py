"""Promises about views: rows beside the tables', hidden on branches, kept from collection."""

import gzip
import json
from datetime import timedelta

import pytest

from jupyter_mesh.catalog import rollback
from jupyter_mesh.catalog.maintenance import fsck, gc
from jupyter_mesh.catalog.view_metadata import new_view, updated
from jupyter_mesh.catalog.warehouse import local_path
from jupyter_mesh.errors import (
    ConflictError,
    InputError,
    NameNotFound,
    QueryError,
    StorageError,
)
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import View
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.model.versions import ReleaseRef

V = TableName("lake", "raw", "v")
W = TableName("lake", "raw", "w")
SCHEMA = {"type": "struct", "schema-id": 0, "fields": []}
pytestmark = pytest.mark.our_database


def document(lake, sql="SELECT 1"):
    version = {
        "version-id": 1,
        "schema-id": 0,
        "timestamp-ms": 1,
        "summary": {},
        "representations": [{"type": "sql", "sql": sql, "dialect": "trino"}],
        "default-namespace": ["raw"],
    }
    return new_view(lake.location_for(V), SCHEMA, version, {})


def test_a_view_is_made_read_changed_moved_and_removed(lake):
    made = document(lake)
    place = lake.views.create(V, "", made)
    assert lake.views.names("raw") == ["v"]
    assert lake.views.load(V) == (place, made)
    changed = updated(made, [], [{"action": "set-properties", "updates": {"a": "b"}}])
    lake.views.replace(V, "", place, changed)
    assert lake.views.load(V)[1]["properties"] == {"a": "b"}
    with pytest.raises(ConflictError):
        lake.views.replace(V, "", place, made)
    lake.views.rename(V, W)
    assert lake.views.names("raw") == ["w"]
    lake.views.drop(W)
    assert lake.views.names("raw") == []
    for act in (lake.views.load, lake.views.drop, lambda view: lake.views.rename(view, W)):
        with pytest.raises(NameNotFound):
            act(V)


def test_a_view_is_no_table_and_takes_no_tables_name(lake, hand):
    hand.fill(lake, hand.table("t", "raw"))
    lake.views.create(V, "", document(lake))
    assert list(lake.tables("raw")) == ["t"]
    assert list(lake.views.names("raw")) == ["v"]
    with pytest.raises(ConflictError):
        lake.views.create(hand.table("t", "raw"), "", document(lake))
    with pytest.raises(NameNotFound):
        lake.views.load(hand.table("t", "raw"))


def test_a_view_of_a_branch_is_hidden_from_main(lake):
    branch = lake.open_branch("run1", None, ()).name
    lake.views.create(V, branch, document(lake))
    assert lake.views.names("raw", branch) == ["v"]
    assert lake.views.names("raw") == []
    lake.abandon(branch)
    with pytest.raises(ConflictError):
        lake.views.create(W, branch, document(lake))


def test_a_views_file_is_no_garbage(local_lake):
    local_lake.views.create(V, "", document(local_lake))
    gone = local_lake.views.create(W, "", document(local_lake))
    local_lake.views.drop(W)
    assert gc(local_lake, timedelta(seconds=-5)).files == (gone,)
    assert local_lake.views.load(V)


def test_another_engines_view_is_read(local_lake):
    place = local_lake.views.create(V, "", document(local_lake))
    path = place.removeprefix("file://")
    packed = place.replace(".metadata.json", ".gz.metadata.json")
    with open(path, "rb") as plain:
        content = plain.read()
    local_lake.store.write(packed, gzip.compress(content))
    local_lake.views.replace(V, "", place, json.loads(content))
    with local_lake.database.writing() as connection:
        from sqlalchemy import update

        from jupyter_mesh.catalog import rows

        table = rows.ICEBERG_TABLES
        connection.execute(update(table).values(metadata_location=packed))
    assert local_lake.views.load(V) == (packed, json.loads(content))
    with open(packed.removeprefix("file://"), "wb") as broken:
        broken.write(b"no view")
    with pytest.raises(StorageError, match="no view's metadata"):
        local_lake.views.load(V)


# -- views of ours, and their way to main ------------------------------------------------------


PRODUCT = ProductName("aviation", "delays")
LATE = TableName("lake", "aviation_delays", "late")
EARLY = TableName("lake", "aviation_delays", "early")


def view(name=V, sql="SELECT 1 AS n", comment=""):
    return View(name, sql, "lake", "raw", (Column("n", BIGINT, description="one"),), comment)


def staged(hand, lake, run, *views):
    """A branch with one table and these views on it, and the release of the table."""
    table = hand.table("carriers")
    branch = lake.open_branch(run, PRODUCT, [table]).name
    state = hand.fill(lake, table, branch)
    for one in views:
        is_new = lake.views.find(one.name, branch) is None
        lake.views.put(one, branch, is_new=is_new)
    return branch, state


def test_a_view_of_ours_is_found_as_it_was_put(lake):
    lake.views.put(view(comment="just one"), "", is_new=True)
    assert lake.views.find(V) == view(comment="just one")
    lake.views.put(view(sql="SELECT 2 AS n"), "", is_new=False)
    assert lake.views.find(V) == view(sql="SELECT 2 AS n")
    assert lake.views.find(W) is None
    assert set(lake.views.standing()) == {V}
    with pytest.raises(ConflictError, match="already a table or a view named"):
        lake.views.put(view(), "", is_new=True)


def test_a_view_in_anothers_sql_is_told_and_not_guessed(lake):
    document_of_spark = document(lake)
    document_of_spark["versions"][0]["representations"][0]["dialect"] = "spark"
    lake.views.create(V, "", document_of_spark)
    with pytest.raises(QueryError, match="in the SQL of spark"):
        lake.views.find(V)


def test_publishing_makes_the_views_of_a_branch_on_main(hand, lake):
    branch, state = staged(hand, lake, "r1", view(LATE))
    assert lake.views.find(LATE) is None
    lake.publish(branch, hand.release("1.0.0", [state]))
    assert lake.views.find(LATE) == view(LATE)

    branch, state = staged(hand, lake, "r2", view(LATE, "SELECT 2 AS n"))
    lake.publish(branch, hand.release("1.1.0", [state]))
    gc(lake, timedelta(seconds=-5))
    assert lake.views.find(LATE).sql == "SELECT 2 AS n"

    branch, state = staged(hand, lake, "r3")
    lake.views.drop(LATE, branch)
    assert lake.views.find(LATE) is not None
    lake.publish(branch, hand.release("1.2.0", [state]))
    assert lake.views.names("aviation_delays") == []
    # The releases that had it still need its files.
    assert gc(lake, timedelta(seconds=-5)).removed == 0


def test_a_view_that_was_changed_on_main_meanwhile_stops_a_publication(hand, lake):
    lake.create_schema("aviation_delays")
    lake.views.put(view(LATE), "", is_new=True)
    branch, state = staged(hand, lake, "r1", view(LATE, "SELECT 2 AS n"))
    lake.views.put(view(LATE, "SELECT 3 AS n"), "", is_new=False)
    with pytest.raises(ConflictError, match="late was changed on main"):
        lake.publish(branch, hand.release("1.0.0", [state]))
    assert lake.views.find(LATE).sql == "SELECT 3 AS n"
    assert lake.latest(PRODUCT) is None
    lake.abandon(branch)

    branch, state = staged(hand, lake, "r2", view(W))
    with pytest.raises(InputError, match="also changed the view"):
        lake.publish(branch, hand.release("1.0.0", [state]))
    assert lake.views.find(W) is None
    lake.abandon(branch)
    assert lake.views.names("raw") == []


@pytest.fixture
def three_releases(hand, lake):
    """1.0.0 has `late`; 1.1.0 asks it for more and has `early` too; 1.2.0 has `early` alone."""
    asked = ([view(LATE)], [view(LATE, "SELECT 2 AS n"), view(EARLY)], [])
    for number, views in enumerate(asked):
        branch, state = staged(hand, lake, f"r{number}", *views)
        if not views:
            lake.views.drop(LATE, branch)
        lake.publish(branch, hand.release(f"1.{number}.0", [state]))
    return [release.views for release in reversed(lake.releases(PRODUCT))]


def test_a_release_tells_the_views_that_stood_with_it(lake, three_releases):
    told = [{view.name.table: view.sql for view in views} for views in three_releases]
    assert told == [
        {"late": "SELECT 1 AS n"},
        {"early": "SELECT 1 AS n", "late": "SELECT 2 AS n"},
        {"early": "SELECT 1 AS n"},
    ]
    assert fsck(lake) == []


def test_a_rollback_brings_the_views_of_its_release_back(lake, three_releases):
    gc(lake, timedelta(seconds=-5))
    for version, expected in (("1.0.0", 0), ("1.1.0", 1), ("1.2.0", 2)):
        back = lake.rollback(PRODUCT, ReleaseRef.parse(f"{PRODUCT}@{version}"), Actor("bo"))
        assert back.views == three_releases[expected]
        assert lake.views.standing() == {
            view.name: view.metadata_location for view in three_releases[expected]
        }
    assert fsck(lake) == []


def test_a_view_that_is_changed_during_a_rollback_stops_it(lake, three_releases, monkeypatch):
    ready = rollback.prepared

    def overtaken(*given):
        found = ready(*given)
        lake.views.put(view(EARLY, "SELECT 9 AS n"), "", is_new=False)
        return found

    monkeypatch.setattr(rollback, "prepared", overtaken)
    with pytest.raises(ConflictError, match="early was changed on main"):
        lake.rollback(PRODUCT, ReleaseRef.parse(f"{PRODUCT}@1.0.0"), Actor("bo"))
    assert str(lake.latest(PRODUCT).version) == "1.2.0"
    assert lake.views.names("aviation_delays") == ["early"]


def test_what_became_of_a_view_by_hand_is_told_by_the_next_release(hand, lake, three_releases):
    lake.views.put(view(EARLY, "SELECT 9 AS n"), "", is_new=False)
    branch, state = staged(hand, lake, "r9")
    lake.publish(branch, hand.release("1.3.0", [state]))
    assert [view.sql for view in lake.latest(PRODUCT).views] == ["SELECT 9 AS n"]
    lake.views.drop(EARLY)
    branch, state = staged(hand, lake, "r10")
    lake.publish(branch, hand.release("1.4.0", [state]))
    assert lake.latest(PRODUCT).views == ()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace("SELECT 1 AS n", "SELECT 7 AS n"), "not what was published"),
        (lambda text: text[:40], "is damaged"),
    ],
)
def test_a_released_view_that_is_not_what_it_was_is_found(lake, three_releases, damage, words):
    ((late,), *_) = three_releases
    file = local_path(late.metadata_location)
    file.write_text(damage(file.read_text()))
    found = fsck(lake)
    assert {problem.subject for problem in found} == {f"{PRODUCT} 1.0.0"}
    assert words in found[0].text


def test_a_view_whose_file_is_gone_is_found_for_its_readers_and_its_releases(
    lake, three_releases
):
    (early,) = three_releases[2]
    local_path(early.metadata_location).unlink()
    found = fsck(lake)
    assert {problem.subject for problem in found} == {
        f"{PRODUCT} 1.1.0",
        f"{PRODUCT} 1.2.0",
        str(EARLY),
    }
    assert {problem.kind for problem in found} == {"file"}


def test_two_branches_do_not_make_one_view_both(hand, lake):
    first = lake.open_branch("r1", None, ()).name
    second = lake.open_branch("r2", None, ()).name
    for branch in (first, second):
        lake.create_schema("raw", branch)
        lake.views.put(view(), branch, is_new=True)
    lake.merge(first)
    with pytest.raises(ConflictError, match="already a table or a view named"):
        lake.merge(second)
    assert lake.views.find(V) == view()
