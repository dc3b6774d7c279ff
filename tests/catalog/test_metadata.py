"""Table metadata as JSON: what standard clients make of what we write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jupyter_mesh.catalog.metadata import (
    emptied,
    following,
    new_document,
    restored,
    rows_of,
    snapshot_at,
    snapshot_of,
    tagged,
    tags_of,
)
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.types import BIGINT, VARCHAR, TrinoType

TABLE = TableName("lake", "raw", "flights")
COLUMNS = (Column("id", BIGINT, required=True), Column("name", VARCHAR))


def understood(document):
    """The document as the standard client reads it."""
    from pyiceberg.table.metadata import TableMetadataUtil

    return TableMetadataUtil.parse_obj(dict(document))


def document(**changed):
    made = new_document("6f0f6a40-3c2c-4a3b-9a65-1d4e4a4b5c6d", "file:///w/t", COLUMNS)
    return {**made, **changed}


def written(*ids, schema=0):
    """A document with snapshots of these ids; the last is current."""
    snapshots = [
        {
            "snapshot-id": number,
            "sequence-number": order,
            "timestamp-ms": 1000 * number,
            "manifest-list": f"file:///w/t/metadata/{number}.avro",
            "summary": {"operation": "append", "total-records": str(number)},
            "schema-id": schema,
        }
        for order, number in enumerate(ids, 1)
    ]
    return document(
        **{
            "snapshots": snapshots,
            "current-snapshot-id": ids[-1],
            "last-sequence-number": len(ids),
            "refs": {"main": {"snapshot-id": ids[-1], "type": "branch"}},
            "snapshot-log": [{"snapshot-id": n, "timestamp-ms": 1000 * n} for n in ids],
        }
    )


def test_a_new_table_is_understood_by_standard_clients():
    metadata = understood(document())
    assert metadata.format_version == 2
    assert metadata.current_snapshot_id is None
    assert [field.name for field in metadata.schema().fields] == ["id", "name"]
    assert metadata.last_column_id == 2
    assert metadata.properties["gc.enabled"] == "false"


def test_an_emptied_table_keeps_snapshots_tags_and_ids():
    before = tagged(written(10, 20), {"v1.0.0": 10})
    after = emptied(before, (Column("name", VARCHAR), Column("new", BIGINT)))
    metadata = understood(after)
    assert metadata.current_snapshot_id is None
    assert {snapshot.snapshot_id for snapshot in metadata.snapshots} == {10, 20}
    assert tags_of(after) == {"v1.0.0": 10}
    assert [(f.name, f.field_id) for f in metadata.schema().fields] == [("name", 2), ("new", 3)]
    assert before["current-snapshot-id"] == 20
    again = emptied(after, COLUMNS)
    assert [(f["name"], f["id"]) for f in again["schemas"][-1]["fields"]] == [
        ("id", 4),
        ("name", 2),
    ]


def test_a_schema_that_was_there_is_used_again():
    after = emptied(written(10), COLUMNS)
    assert after["current-schema-id"] == 0
    assert len(after["schemas"]) == 1


def test_partitions_and_order_go_with_the_column_they_stand_on():
    laid_out = document(
        **{
            "partition-specs": [
                {
                    "spec-id": 4,
                    "fields": [
                        {
                            "source-id": 2,
                            "field-id": 1000,
                            "name": "name",
                            "transform": "identity",
                        }
                    ],
                }
            ],
            "default-spec-id": 4,
            "last-partition-id": 1000,
            "sort-orders": [
                {
                    "order-id": 3,
                    "fields": [
                        {
                            "source-id": 2,
                            "transform": "identity",
                            "direction": "asc",
                            "null-order": "nulls-first",
                        }
                    ],
                }
            ],
            "default-sort-order-id": 3,
        }
    )
    kept = understood(emptied(laid_out, COLUMNS))
    assert (kept.default_spec_id, kept.default_sort_order_id) == (4, 3)
    gone = understood(emptied(laid_out, COLUMNS[:1]))
    assert gone.spec().is_unpartitioned()
    assert gone.default_spec_id == 5
    assert gone.sort_order().is_unsorted


def test_a_restored_snapshot_is_current_with_its_columns_and_nothing_is_lost():
    before = emptied(written(10, 20), (Column("other", VARCHAR),))
    after = restored(before, 10, 0)
    metadata = understood(after)
    assert metadata.current_snapshot_id == 10
    assert [field.name for field in metadata.schema().fields] == ["id", "name"]
    assert len(metadata.snapshots) == 2
    assert restored(before, 11, 0) is None
    assert restored(before, 10, 7) is None


def test_a_successor_is_later_and_remembers_a_hundred_files():
    base = document(**{"last-updated-ms": 9_999_999_999_999})
    after = following(base, base, "file:///base")
    assert after["last-updated-ms"] == 9_999_999_999_999
    for number in range(120):
        after = following(after, after, f"file:///{number}")
    assert len(after["metadata-log"]) == 100
    assert after["metadata-log"][-1]["metadata-file"] == "file:///119"


def test_a_state_tells_rows_columns_and_time():
    state = snapshot_of(TABLE, "file:///m", written(10, 20))
    assert (state.snapshot_id, state.rows, state.schema_id) == (20, 20, 0)
    assert state.columns == COLUMNS
    assert state.committed == datetime.fromtimestamp(20, UTC)
    assert snapshot_of(TABLE, "file:///m", written(10, 20), 10).rows == 10
    assert snapshot_of(TABLE, "file:///m", document()).rows == 0


def test_an_older_state_has_the_columns_of_its_time():
    changed = emptied(written(10), (Column("at", TrinoType.parse("timestamp(6)")),))
    assert snapshot_of(TABLE, "file:///m", changed, 10).columns == COLUMNS


@pytest.mark.parametrize(
    ("summary", "rows"),
    [
        ({"total-records": "3"}, 3),
        ({"total-records": "3", "total-position-deletes": "0"}, 3),
        ({"total-records": "3", "total-position-deletes": "1"}, None),
        ({"total-records": "3", "total-equality-deletes": "1"}, None),
        ({}, None),
    ],
)
def test_rows_are_told_only_where_they_are_known_exactly(summary, rows):
    assert rows_of({"summary": summary}) == rows


def test_the_log_tells_what_was_current_at_a_time():
    log = written(10, 20)
    assert snapshot_at(log, datetime.fromtimestamp(20, UTC)) == 20
    assert snapshot_at(log, datetime.fromtimestamp(19.9, UTC)) == 10
    assert snapshot_at(log, datetime.fromtimestamp(9, UTC)) is None
