from decimal import Decimal

import pyarrow as pa
import pytest

from jupyter_mesh.formats.arrow import columns_of
from jupyter_mesh.magics.pages import LONGEST, between, packed


def read(table, most=1_000_000):
    data, rows = packed(table.to_batches(), columns_of(table.schema), most)
    page = pa.ipc.open_stream(data).read_all()
    assert page.num_rows == rows
    return page


def test_rows_are_found_across_batches():
    batches = pa.table({"n": range(25)}).to_batches(max_chunksize=10)
    found = between(batches, 8, 5)
    assert [n for part in found for n in part.column(0).to_pylist()] == [8, 9, 10, 11, 12]
    assert between(batches, 25, 5) == []
    assert between(batches, 0, 0) == []


def test_no_batch_after_the_last_asked_for_is_pulled():
    def pulled():
        yield from pa.table({"n": range(10)}).to_batches()
        raise AssertionError

    assert sum(part.num_rows for part in between(pulled(), 2, 8)) == 8


def test_a_cell_of_ten_megabytes_is_cut_with_a_mark():
    page = read(pa.table({"v": ["x" * 10_000_000, "short", None, ""]}))
    long, *rest = page.column(0).to_pylist()
    assert long == "x" * LONGEST + "… (10000000 characters)"
    assert rest == ["short", None, ""]
    assert page.nbytes < 20_000


@pytest.mark.parametrize(
    "value", [b"\0" * 20_000, list(range(20_000)), {"a": "y" * 20_000}], ids=type
)
def test_a_long_value_of_another_kind_is_cut_as_text(value):
    page = read(pa.table({"v": [value, None]}))
    long, null = page.column(0).to_pylist()
    assert long.endswith("characters)")
    assert len(long) < LONGEST + 40
    assert null is None


def test_short_nested_values_stay_what_they_are():
    table = pa.table({"v": [[1, 2], [3]] * 5000})
    assert read(table).schema.field(0).type == pa.list_(pa.int64())


def test_a_page_ends_where_it_gets_too_large():
    page = read(pa.table({"n": range(100_000)}), most=8_000)
    assert page.column(0).to_pylist() == list(range(1000))
    assert read(pa.table({"n": range(10)}), most=1).num_rows == 1


def test_columns_may_share_a_name_and_rows_may_be_missing():
    table = pa.Table.from_arrays([pa.array([1]), pa.array([Decimal("1.50")])], ["a", "a"])
    page = read(table)
    assert page.column_names == ["a", "a"]
    assert page.column(1).to_pylist() == [Decimal("1.50")]
    data, rows = packed([], columns_of(table.schema), 100)
    assert rows == 0
    assert pa.ipc.open_stream(data).read_all().column_names == ["a", "a"]
