"""Promises of tables as files: read once, whatever their format."""

from __future__ import annotations

import gzip
import json

import pytest

from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import BIGINT

COLUMNS = (Column("id", BIGINT),)


def test_a_state_is_read_from_its_file_once(local_hand, local_lake):
    table = local_hand.table("a")
    state = local_hand.fill(local_lake, table)
    reads, read = [], local_lake.store.read
    local_lake.store.read = lambda location: reads.append(location) or read(location)
    for _each in range(3):
        assert local_lake.snapshot(table) == state
        local_lake.load(table)
    assert reads == []


def test_a_compressed_metadata_file_is_read(local_hand, local_lake):
    table = local_hand.table("a")
    state = local_lake.prepare(table, COLUMNS, "")
    document = local_lake.files.document(state.metadata_location)
    place = f"{document['location']}/metadata/00001-x.gz.metadata.json"
    local_lake.store.write(place, gzip.compress(json.dumps(document).encode()))
    local_lake.commit("", [PointerChange(table, state.metadata_location, place)])
    assert local_lake.snapshot(table).uuid == state.uuid


def test_a_table_of_format_1_is_read(local_hand, local_lake):
    table = local_hand.table("old", "raw")
    local_lake.create_schema("raw")
    place = f"{local_lake.location_for(table)}/metadata/00000-x.metadata.json"
    document = {
        "format-version": 1,
        "table-uuid": "6f0f6a40-3c2c-4a3b-9a65-1d4e4a4b5c6d",
        "location": place.rpartition("/metadata/")[0],
        "last-updated-ms": 1,
        "last-column-id": 1,
        "schema": {
            "type": "struct",
            "fields": [{"id": 1, "name": "id", "type": "long", "required": False}],
        },
        "partition-spec": [],
        "properties": {},
        "current-snapshot-id": -1,
        "snapshots": [],
    }
    local_lake.store.write(place, json.dumps(document).encode())
    local_lake.commit("", [PointerChange(table, None, place)])
    assert local_lake.snapshot(table).columns == COLUMNS
    assert local_hand.fill(local_lake, table, columns=COLUMNS).rows == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"format-version": 2'])
def test_a_file_that_is_no_metadata_is_told(local_hand, local_lake, content):
    place = f"{local_lake.warehouse}/broken.metadata.json"
    local_lake.store.write(place, content)
    with pytest.raises(StorageError, match="is no table metadata"):
        local_lake.files.document(place)


def test_an_own_commit_is_numbered_after_its_base(local_hand, local_lake):
    table = local_hand.table("a")
    names = [
        local_lake.prepare(table, COLUMNS, "").metadata_location.rpartition("/")[2][:6]
        for _each in range(3)
    ]
    assert names == ["00000-", "00001-", "00002-"]
    location, metadata = local_lake.load(table)
    assert local_lake.write_metadata(metadata, location).rpartition("/")[2][:6] == "00003-"
    odd = local_lake.write_metadata(metadata, f"{metadata.location}/metadata/v7.metadata.json")
    assert odd.rpartition("/")[2][:6] == "00001-"
