"""Promises about views: rows beside the tables', hidden on branches, kept from collection."""

import gzip
import json
from datetime import timedelta

import pytest

from jupyter_mesh.catalog.maintenance import gc
from jupyter_mesh.catalog.view_metadata import new_view, updated
from jupyter_mesh.errors import ConflictError, NameNotFound, StorageError
from jupyter_mesh.model.names import TableName

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
