from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from jupyter_mesh.formats.arrays import cast, fitted, python_rows, python_values
from jupyter_mesh.formats.arrow import arrow_type
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType

ID = UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("boolean", True),
        ("bigint", 2**62),
        ("real", 0.5),
        ("decimal(38,2)", Decimal("123456789012345678901234567890123456.78")),
        ("varchar(3)", "abc"),
        ("varbinary", b"\x00\xff"),
        ("date", date(2026, 2, 28)),
        ("time(6)", time(23, 59, 59, 999999)),
        ("timestamp(6)", datetime(1, 1, 1, 0, 0, 0, 1)),
        ("timestamp(3) with time zone", datetime(2026, 1, 1, tzinfo=UTC)),
        ("uuid", ID),
        ("interval day to second", timedelta(days=-1, milliseconds=5)),
        ("array(integer)", [1, None]),
        ("map(varchar, bigint)", {"a": 1, "b": None}),
        ("map(date, array(map(varchar, bigint)))", {date(2026, 1, 1): [{"a": 1}, None]}),
        ("row(a bigint, b varchar)", {"a": 1, "b": None}),
        ("row(bigint, row(varchar, date))", (1, ("x", date(2026, 1, 1)))),
        ("row(a map(varchar, boolean))", {"a": {"x": True}}),
    ],
)
def test_values_are_exact_python_ones(text, value):
    kind = TrinoType.parse(text)
    array = pa.array([None, _arrow_value(value, kind), None], arrow_type(kind))
    found = python_values(array.slice(1), kind)
    assert found == [value, None]
    assert type(found[0]) is type(value)


def _arrow_value(value, kind):
    """The value as Arrow's builder takes it: rows by field name, maps as pairs."""
    if kind.base == "row":
        values = value.values() if isinstance(value, dict) else value
        return {
            field.name or f"field{place}": _arrow_value(part, field.type)
            for place, (part, field) in enumerate(zip(values, kind.fields, strict=True))
        }
    if kind.base == "map":
        return [(key, _arrow_value(item, kind.items[1])) for key, item in value.items()]
    if kind.base == "array":
        return [item if item is None else _arrow_value(item, kind.items[0]) for item in value]
    return value


def test_a_span_of_months_reads_as_trino_writes_it():
    kind = TrinoType.parse("interval year to month")
    spans = [pa.MonthDayNano([months, 0, 0]) for months in (14, -3)]
    months = pa.array([*spans, None], arrow_type(kind))
    assert python_values(months, kind) == ["1-2", "-0-3", None]


def test_a_span_of_days_keeps_its_milliseconds_and_has_no_months():
    kind = arrow_type(TrinoType.parse("interval day to second"))
    spans = pa.array([pa.MonthDayNano([0, 1, 5_000_000]), None])
    assert cast(spans, kind).to_pylist() == [timedelta(days=1, milliseconds=5), None]
    with pytest.raises(pa.ArrowInvalid, match="months"):
        cast(pa.array([pa.MonthDayNano([1, 0, 0])]), kind)


def test_nanoseconds_are_not_lost():
    moments = pa.array([1_577_836_800_123_456_789, None], pa.timestamp("ns"))
    found = python_values(moments, TrinoType.parse("timestamp(9)"))
    assert found == [np.datetime64("2020-01-01T00:00:00.123456789"), None]


def test_a_map_with_rows_for_keys_can_be_read():
    kind = TrinoType.parse("map(row(a bigint), bigint)")
    array = pa.array([[({"a": 1}, 2)]], arrow_type(kind))
    assert python_values(array, kind) == [{(1,): 2}]


def test_fields_of_rows_are_matched_by_place():
    array = pa.array([None, {"": 1}, {"": 2}, None], pa.struct([("", pa.int32())])).slice(1)
    found = cast(array, pa.struct([("a", pa.int64())]))
    assert found.to_pylist() == [{"a": 1}, {"a": 2}, None]


@pytest.mark.parametrize("start", range(4))
def test_a_slice_of_lists_and_maps_keeps_its_place(start):
    lists = pa.array([[1], None, [2, 3], []], pa.list_(pa.int32())).slice(start)
    assert cast(lists, pa.list_(pa.int64())).to_pylist() == lists.to_pylist()
    maps = pa.array([[("a", 1)], None, [("b", 2)], []], pa.map_(pa.string(), pa.int32()))
    found = cast(maps.slice(start), pa.map_(pa.string(), pa.int64()))
    assert found.to_pylist() == maps.slice(start).to_pylist()


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([300]), pa.int8()),
        (pa.array([1.5]), pa.int64()),
        (pa.array([Decimal("1.55")]), pa.decimal128(3, 1)),
        (pa.array([1_001], pa.timestamp("ns")), pa.timestamp("us")),
        (pa.array([1]), pa.null()),
        (pa.array(["x"]), pa.int64()),
    ],
)
def test_a_value_that_would_change_is_refused(array, kind):
    with pytest.raises(pa.ArrowInvalid):
        cast(array, kind)


def test_nothing_fits_every_type():
    assert cast(pa.nulls(2), pa.list_(pa.string())).to_pylist() == [None, None]
    assert cast(pa.array([None], pa.int32()), pa.null()).type == pa.null()


def test_a_batch_is_fitted_to_names_and_types_by_place():
    batch = pa.record_batch({"x": pa.array([1], pa.int32()), "y": ["a"]})
    schema = pa.schema([("n", pa.int64()), ("n", pa.string())])
    assert fitted(batch, schema).schema == schema
    assert fitted(batch, batch.schema) is batch


def test_rows_without_columns_are_counted():
    assert python_rows(pa.record_batch([], names=[]), ()) == []
    batch = pa.record_batch({"a": [1, 2]})
    assert python_rows(batch, (Column("a", TrinoType("bigint")),)) == [(1,), (2,)]
