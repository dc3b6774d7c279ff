"""What manifests tell of columns is exact, or is not told."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from jupyter_mesh.catalog.statistics import statistics
from jupyter_mesh.errors import StorageError
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.model.names import TableName

TABLE = TableName("lake", "raw", "told")


@pytest.fixture
def told(tmp_path):
    """Land a frame and read what its manifests tell."""
    (tmp_path / "mesh.yaml").write_text("name: told\ncatalogs:\n  lake:\n    type: iceberg\n")

    def read(**columns):
        with Mesh.open(tmp_path) as mesh:
            mesh.land(pa.table(columns), str(TABLE))
            lake = mesh.parts.lakes["lake"]
            state = lake.snapshot(TABLE)
            metadata = lake.files.parsed(state.metadata_location)
            return statistics(metadata, state.snapshot_id, lake.file_io())

    return read


def bounds(found):
    return {name: (one.nulls, one.low, one.high) for name, one in found.columns.items()}


def test_bounds_of_every_plain_type_are_words(told):
    noon = datetime(2024, 2, 29, 12, 0, 0, 125, tzinfo=UTC)
    found = told(
        day=pa.array([noon.date(), None]),
        at=pa.array([noon, None], pa.timestamp("us", "UTC")),
        share=pa.array([Decimal("-1.50"), Decimal("2.25")]),
        is_late=pa.array([True, None]),
    )
    assert bounds(found) == {
        "day": (1, "2024-02-29", "2024-02-29"),
        "at": (1, "2024-02-29 12:00:00.000125+00:00", "2024-02-29 12:00:00.000125+00:00"),
        "share": (0, "-1.50", "2.25"),
        "is_late": (1, "", ""),
    }
    assert found.files == 1
    assert found.size > 0


def test_a_column_of_nothing_has_no_bounds(told):
    assert bounds(told(a=pa.array([None, None], pa.int64()))) == {"a": (2, "", "")}


def test_what_is_no_plain_value_tells_nothing_of_its_bounds(told):
    found = told(raw=pa.array([b"\x00\xff"]), list=pa.array([[1, 2]]), n=pa.array([math.nan]))
    assert bounds(found)["raw"] == (0, "", "")
    assert "list" not in found.columns


def test_an_unknown_snapshot_tells_nothing(told, tmp_path):
    told(a=[1])
    with Mesh.open(tmp_path) as mesh:
        lake = mesh.parts.lakes["lake"]
        metadata = lake.files.parsed(lake.snapshot(TABLE).metadata_location)
        assert statistics(metadata, 1, lake.file_io()).files == 0


def test_a_damaged_manifest_is_named(told, tmp_path):
    told(a=[1])
    for place in tmp_path.rglob("*.avro"):
        place.write_bytes(b"")
    with Mesh.open(tmp_path) as mesh:
        lake = mesh.parts.lakes["lake"]
        state = lake.snapshot(TABLE)
        metadata = lake.files.parsed(state.metadata_location)
        with pytest.raises(StorageError, match="cannot be read"):
            statistics(metadata, state.snapshot_id, lake.file_io())
