"""Promises of the warehouse, on a local disk and in an object store."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from jupyter_mesh.catalog.warehouse import Warehouse, local_path
from jupyter_mesh.errors import ConfigError, StorageError
from jupyter_mesh.model.names import TableName
from jupyter_mesh.settings import IcebergSettings, StorageSettings

TABLE = TableName("lake", "raw", "flights")


class Words:
    def resolve(self, reference):
        return {"${env:KEY}": "key", "${env:SECRET}": "secret"}[reference]


def warehouse(place, storage=None):
    settings = IcebergSettings("sqlite:////c.db", place, storage=storage or StorageSettings())
    return Warehouse(settings, Words(), "here\nlake")


@pytest.fixture(params=["disk", "bucket"])
def store(request, tmp_path):
    if request.param == "disk":
        return warehouse(f"file://{tmp_path}/ware house")
    address = request.getfixturevalue("bucket")
    storage = StorageSettings(address, "us-east-1", "${env:KEY}", "${env:SECRET}")
    return warehouse(f"s3://lake/{tmp_path.name}/", storage)


def test_a_file_is_written_read_measured_listed_and_deleted(store):
    location = f"{store.location_for(TABLE)}/metadata/a.json"
    store.write(location, b"12345")
    assert store.read(location) == b"12345"
    assert store.size(location) == 5
    (found,) = store.own_files()
    assert (found.location, found.size) == (location, 5)
    assert abs(found.modified - time.time()) < 60
    store.settle([(location.rpartition("/metadata/")[0], 0.0)])
    store.delete(location)
    store.delete(location)
    assert list(store.own_files()) == []


def test_a_missing_file_is_told(store):
    location = f"{store.root}/raw/nothing.json"
    for use in (store.read, store.size):
        with pytest.raises(StorageError, match=r"nothing\.json cannot be read"):
            use(location)


def test_no_two_tables_get_the_same_place(tmp_path):
    store = warehouse(f"file://{tmp_path}")
    odd = TableName("lake", "../up", "a/b" + "x" * 300)
    places = [store.location_for(table) for table in (TABLE, TABLE, odd)]
    assert len(set(places)) == 3
    for place in places:
        path = local_path(place)
        assert path.is_relative_to(tmp_path)
        assert {part.name for part in path.iterdir()} == {"data", "metadata"}


def test_a_file_is_never_written_over(tmp_path):
    store = warehouse(f"file://{tmp_path}")
    store.write(f"{store.root}/a", b"1")
    with pytest.raises(StorageError, match="cannot be written"):
        store.write(f"{store.root}/a", b"2")
    assert store.read(f"{store.root}/a") == b"1"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    store = warehouse(f"file://{tmp_path}/file")
    with pytest.raises(StorageError, match="cannot be written"):
        store.location_for(TABLE)
    with pytest.raises(StorageError, match="cannot be written"):
        store.write(f"{store.root}/raw/a", b"1")


def test_files_and_folders_that_are_young_are_flushed_before_a_publication(
    tmp_path, monkeypatch
):
    store = warehouse(f"file://{tmp_path}")
    place = local_path(store.location_for(TABLE))
    old, young = place / "data" / "old.parquet", place / "data" / "young.parquet"
    for path in (old, young):
        path.write_bytes(b"1")
    os.utime(old, (1000, 1000))
    flushed, flush = [], os.fsync

    def fsync(descriptor):
        flushed.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    store.settle([(f"file://{place}", 2000.0)])
    assert set(flushed) == {young, young.parent, place, place.parent, tmp_path}


@pytest.mark.parametrize(
    ("uri", "root"),
    [
        ("file:///a%20b/", "file:///a b"),
        ("file:/a/b", "file:///a/b"),
        ("/a/b", "file:///a/b"),
        ("s3://bucket/prefix/", "s3://bucket/prefix"),
    ],
)
def test_the_root_is_spelled_as_files_are(uri, root):
    assert warehouse(uri).root == root


def test_other_stores_are_refused():
    with pytest.raises(ConfigError, match="ftp://host"):
        warehouse("ftp://host/x")


def test_catalogs_tell_their_folders_apart(tmp_path):
    settings = IcebergSettings("sqlite:////c.db", f"file://{tmp_path}")
    ours, theirs = (Warehouse(settings, Words(), name) for name in ("a\nlake", "b\nlake"))
    ours.write(f"{ours.location_for(TABLE)}/data/a", b"")
    assert len(list(ours.own_files())) == 1
    assert list(theirs.own_files()) == []
