from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.arrow import arrow_type, columns_of
from jupyter_mesh.formats.frames import BACKENDS, to_pandas, to_reader
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))
VALUES = {
    "boolean": st.booleans(),
    "tinyint": st.integers(-(2**7), 2**7 - 1),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "real": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "varchar": st.text(st.characters(codec="utf-8"), max_size=5),
    "varbinary": st.binary(max_size=5),
    "decimal(38,4)": st.decimals(-(10**30), 10**30, places=4, allow_nan=False),
    "date": st.dates(),
    "time(6)": st.times(),
    "timestamp(6)": MOMENTS,
    "timestamp(6) with time zone": MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC)),
    "uuid": st.uuids(),
    "array(bigint)": st.lists(st.integers(0, 9) | st.none(), max_size=3),
    "row(a bigint, b varchar)": st.fixed_dictionaries(
        {"a": st.integers(0, 9) | st.none(), "b": st.text("xy", max_size=2)}
    ),
    "map(varchar, decimal(9,2))": st.lists(
        st.tuples(st.text("xy", max_size=3), st.decimals(0, 9, places=2)),
        max_size=2,
        unique_by=lambda pair: pair[0],
    ),
}


@st.composite
def tables(draw):
    size = draw(st.integers(1, 4))
    columns, arrays = [], []
    for place, (text, values) in enumerate(VALUES.items()):
        kind = TrinoType.parse(text)
        cells = draw(st.lists(values | st.none(), min_size=size, max_size=size))
        # A column without a value has no type in an object column of pandas.
        if kind.base == "uuid":
            cells[0] = UUID(int=place)
        columns.append(Column(f"c{place}", kind))
        arrays.append(pa.array(cells, arrow_type(kind)))
    return tuple(columns), pa.table(arrays, names=[column.name for column in columns])


@pytest.mark.parametrize("backend", ["mesh", "arrow"])
@given(tables())
@settings(max_examples=60, deadline=None)
def test_every_value_survives_a_pandas_frame(backend, given_table):
    columns, table = given_table
    found = to_reader(to_pandas(table, columns, backend)).read_all()
    assert found.schema.types == table.schema.types
    assert found.to_pylist() == table.to_pylist()


@given(tables())
@settings(max_examples=60, deadline=None)
def test_every_value_survives_a_polars_frame(given_table):
    _, table = given_table
    # Polars knows no uuid and keeps maps as lists of pairs.
    table = table.drop_columns(
        [
            field.name
            for field in table.schema
            if "uuid" in str(field.type) or "map" in str(field.type)
        ]
    )
    for frame in (pl.from_arrow(table), pl.from_arrow(table).lazy()):
        found = to_reader(frame).read_all()
        assert found.to_pylist() == table.cast(found.schema).to_pylist()


def test_familiar_types_of_a_frame():
    table = pa.table(
        {
            "i": pa.array([1, 2]),
            "n": pa.array([1, None], pa.int32()),
            "b": [True, None],
            "s": ["x", None],
            "d": pa.array([Decimal("1.50"), None]),
            "day": [date(2026, 1, 1), None],
            "at": pa.array([datetime(2026, 1, 1), None]),
            "zoned": pa.array([datetime(2026, 1, 1), None], pa.timestamp("us", "Asia/Tokyo")),
            "f": [1.5, None],
            "list": [[1], None],
        }
    )
    frame = to_pandas(table, columns_of(table.schema))
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "i": "int64",
        "n": "Int32",
        "b": "boolean",
        "s": "str",
        "d": "decimal128(3, 2)[pyarrow]",
        "day": "date32[day][pyarrow]",
        "at": "datetime64[us]",
        "zoned": "datetime64[us, Asia/Tokyo]",
        "f": "float64",
        "list": "list<item: int64>[pyarrow]",
    }
    assert frame["d"].sum() == Decimal("1.50")


def test_a_frame_may_have_two_columns_of_one_name_and_none_at_all():
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert to_pandas(table, columns_of(table.schema)).columns.tolist() == ["a", "a"]
    empty = pa.table({"a": pa.array([], pa.int64())})
    assert to_pandas(empty, columns_of(empty.schema)).dtypes["a"] == np.dtype("int64")


def test_an_unknown_backend_is_named_with_the_known_ones():
    with pytest.raises(InputError, match="pyarrow") as caught:
        to_pandas(pa.table({"a": [1]}), columns_of(pa.schema([("a", pa.int64())])), "pyarrow")
    assert all(backend in caught.value.remedy for backend in BACKENDS)


def test_the_classic_backend_gives_objects():
    table = pa.table({"d": pa.array([Decimal("1.5")]), "n": pa.array([1, None])[:1]})
    frame = to_pandas(table, columns_of(table.schema), "numpy")
    assert frame["d"].tolist() == [Decimal("1.5")]


def test_spans_of_time_are_objects():
    table = pa.table({"span": pa.array([timedelta(days=1)], pa.duration("ms"))})
    assert to_pandas(table, columns_of(table.schema))["span"].tolist() == [timedelta(days=1)]


# -- in ----------------------------------------------------------------------------------------


def test_categories_zones_and_python_objects_get_exact_types():
    frame = pd.DataFrame(
        {
            "carrier": pd.Categorical(["AA", None, "AA"]),
            "at": pd.to_datetime(["2026-01-01"] * 3).tz_localize("Europe/Berlin"),
            "amount": [Decimal("1.5"), Decimal("10.25"), None],
            "when": [time(1, 2), None, time(3)],
            "tags": [["a"], None, []],
            "count": pd.array([1, None, 3], "UInt8"),
        }
    )
    table = to_reader(frame).read_all()
    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "timestamp[us, tz=Europe/Berlin]",
        "decimal128(4, 2)",
        "time64[us]",
        "list<item: string>",
        "int16",
    ]
    assert table.column("at")[0].as_py() == datetime(2026, 1, 1, tzinfo=BERLIN)


def test_a_named_index_becomes_columns_and_another_is_dropped():
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["x", "y"]))
    assert to_reader(frame).schema.names == ["n"]
    frame.index.name = "Key"
    assert to_reader(frame).schema.names == ["key", "n"]
    grouped = pd.DataFrame({"a": [1], "b": [2], "n": [3]}).set_index(["a", "b"])
    assert to_reader(grouped).schema.names == ["a", "b", "n"]
    assert grouped.columns.tolist() == ["n"]


def test_headings_become_names_that_sql_can_say():
    frame = pd.DataFrame([[1, 2, 3]], columns=["Dep Delay (min)", 2013, ("a", "b")])
    assert to_reader(frame).schema.names == ["dep_delay_min", "_2013", "a_b"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
        pd.DataFrame({"a": [1]}, index=pd.Index([1], name="a")),
    ],
)
def test_a_name_that_stands_twice_is_refused(frame):
    with pytest.raises(InputError, match=" a"):
        to_reader(frame)


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        (pd.DataFrame({"ok": [1, 2], "mixed": [1, "x"]}), "mixed"),
        (pd.DataFrame({"big": [2**70]}), "big"),
        (pd.DataFrame({"period": pd.period_range("2026", periods=1, freq="M")}), "period"),
        (pd.DataFrame({"fine": np.array([1], "datetime64[ns]")}), "fine"),
        (pl.DataFrame({"wide": pl.Series([1], dtype=pl.Int128)}), "wide"),
        (pl.DataFrame({"thing": pl.Series([object()], dtype=pl.Object)}), "thing"),
        (pa.table({"fine": pa.array([1], pa.time64("ns"))}), "fine"),
    ],
)
def test_a_value_without_a_place_in_sql_names_its_column(frame, column):
    with pytest.raises(InputError, match=column):
        to_reader(frame)


@pytest.mark.parametrize("thing", [None, 1, "rows", [{"a": 1}], {"a": [1]}, pd.Series([1])])
def test_what_is_no_frame_is_refused(thing):
    with pytest.raises(InputError, match="is no frame"):
        to_reader(thing)


def test_every_arrow_thing_is_a_frame():
    table = pa.table({"a": [1, 2]})

    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return table.__arrow_c_stream__(requested_schema)

    things = [
        table,
        table.to_batches()[0],
        table.to_reader(),
        pyarrow.dataset.dataset(table),
        Stream(),
    ]
    for thing in things:
        assert to_reader(thing).read_all().to_pylist() == [{"a": 1}, {"a": 2}]


def test_a_reader_is_passed_on_without_being_read():
    taken = []

    def batches():
        for number in range(3):
            taken.append(number)
            yield pa.record_batch({"Total": pa.array([number], pa.uint8())})

    schema = pa.schema([("Total", pa.uint8())])
    reader = to_reader(pa.RecordBatchReader.from_batches(schema, batches()))
    assert not taken
    assert next(reader).to_pylist() == [{"total": 0}]
    assert len(taken) < 3


def test_polars_enums_arrays_and_structs_are_known():
    frame = pl.DataFrame(
        {
            "e": pl.Series(["x"], dtype=pl.Enum(["x"])),
            "a": pl.Series([[1, 2]], dtype=pl.Array(pl.Int8, 2)),
            "s": [{"inner": ["y"]}],
        }
    )
    assert to_reader(frame).read_all().to_pylist() == [
        {"e": "x", "a": [1, 2], "s": {"inner": ["y"]}}
    ]
