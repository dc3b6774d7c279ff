"""Promises about views: rows beside the tables', hidden on branches, kept from collection."""

import gzip
import json
from datetime import timedelta

import pytest

from jupyter_mesh.catalog.maintenance import gc
from jupyter_mesh.catalog.view_metadata import new_view, updated
from jupyter_mesh.errors import (
    ConflictError,
    InputError,
    NameNotFound,
    QueryError,
    StorageError,
)
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.tables import View
from jupyter_mesh.model.types import BIGINT

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
    assert gc(lake, timedelta(seconds=-5)).removed > 0


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
