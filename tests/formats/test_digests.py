import datetime
import decimal
import gzip
import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.errors import LandingError
from jupyter_mesh.formats.digests import digest_of_file, digest_of_reader

COLUMNS = {
    "flag": pa.array([True, None, False, True, True, None]),
    "count": pa.array([1, 2, None, 4, 5, 6], pa.int64()),
    "share": pa.array([1.5, None, 0.0, -0.0, 2.5, 3.5]),
    "price": pa.array([decimal.Decimal("1.10"), None, *[decimal.Decimal("2.20")] * 4]),
    "name": pa.array(["a", "", None, "ü", "longer than a few", "f"]),
    "raw": pa.array([b"a", b"", None, b"\0", b"e", b"f"]),
    "day": pa.array([datetime.date(2026, 1, d + 1) for d in range(5)] + [None]),
    "nothing": pa.nulls(6),
    "tags": pa.array([["a", None], [], None, ["b"], ["c", "d"], [None]]),
    "where": pa.array([{"x": 1, "y": ["p"]}, None, {"x": None, "y": []}] * 2),
    "notes": pa.array(
        [[("k", 1)], None, [], [("k", 2), ("l", None)], [("m", 3)], []],
        pa.map_(pa.string(), pa.int32()),
    ),
    "fixed": pa.array([b"ab", None, b"cd", b"ef", b"gh", b"ij"], pa.binary(2)),
}
FRAME = pa.table(COLUMNS)


def digest(table, chunk=None):
    return digest_of_reader(table.to_reader(max_chunksize=chunk)).sha256


def test_a_files_digest_is_the_sha256_of_its_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"x\n1\n")
    found = digest_of_file(path)
    assert found.sha256 == hashlib.sha256(b"x\n1\n").hexdigest()
    assert (found.size, found.media_type) == (4, "text/csv")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.CSV.gz", "text/csv"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a.jsonl", "application/x-ndjson"),
        ("a.bin", "application/octet-stream"),
    ],
)
def test_a_files_name_tells_its_media_type(tmp_path, name, media_type):
    path = tmp_path / name
    path.write_bytes(gzip.compress(b""))
    assert digest_of_file(path).media_type == media_type


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(LandingError, match=r"There is no file .*gone\.csv"):
        digest_of_file(tmp_path / "gone.csv")
    with pytest.raises(LandingError, match="is a folder"):
        digest_of_file(tmp_path)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5])
@pytest.mark.parametrize("name", COLUMNS)
def test_chunks_leave_no_trace(name, chunk):
    column = FRAME.select([name])
    assert digest(column, chunk) == digest(column)


@pytest.mark.parametrize("name", sorted(COLUMNS.keys() - {"nothing"}))
def test_a_changed_order_changes_the_digest(name):
    column = FRAME.select([name])
    assert digest(column.take([3, 0, 1, 2, 5, 4])) != digest(column)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_slice_has_the_digest_of_its_copy(name):
    column = FRAME.select([name])
    assert digest(column.slice(1, 4)) == digest(column.take([1, 2, 3, 4]))


def test_encodings_of_the_same_values_have_the_same_digest():
    plain = pa.table({"a": pa.array(["x", "y", None, "x"])})
    coded = pa.table({"a": plain["a"].dictionary_encode()})
    large = plain.cast(pa.schema([("a", pa.large_string())]))
    view = plain.cast(pa.schema([("a", pa.string_view())]))
    assert digest(plain) == digest(coded) == digest(large) == digest(view)


def test_what_stands_under_a_null_does_not_count():
    validity = pa.py_buffer(b"\x05")
    one, other = (
        pa.Array.from_buffers(
            pa.int32(), 3, [validity, pa.array([1, under, 3], pa.int32()).buffers()[1]]
        )
        for under in (7, 8)
    )
    assert digest(pa.table({"a": one})) == digest(pa.table({"a": other}))


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"b": pa.array([1, 2], pa.int64())}),
        pa.table({"a": pa.array([1, 2], pa.int32())}),
        pa.table({"a": pa.array([1, None], pa.int64())}),
        pa.table({"a": pa.array([1, 2, 2], pa.int64())}),
        pa.table({"a": pa.array([1, 2], pa.int64()), "b": pa.nulls(2)}),
    ],
)
def test_names_types_nulls_and_rows_count(other):
    assert digest(other) != digest(pa.table({"a": pa.array([1, 2], pa.int64())}))


@given(
    st.lists(st.none() | st.text(max_size=4), max_size=12),
    st.lists(st.none() | st.text(max_size=4), max_size=12),
    st.integers(1, 4),
)
def test_equal_columns_have_equal_digests_and_others_do_not(left, right, chunk):
    first = pa.table({"a": pa.array(left, pa.string())})
    second = pa.table({"a": pa.array(right, pa.string())})
    assert (digest(first, chunk) == digest(second)) == (left == right)
