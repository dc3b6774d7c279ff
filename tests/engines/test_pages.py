"""Pages of Trino's protocol become Arrow without a changed value, the fast way and the slow."""

import base64
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import lz4.block
import orjson
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mesh.engines import pages_text
from jupyter_mesh.engines.pages import PageError, PageReader, arrow_schema, split
from jupyter_mesh.formats.arrow import schema_of
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.testing.protocol import spelled


def signature(kind):
    """A type as the protocol's columns have it."""
    arguments = [{"kind": "LONG", "value": number} for number in kind.numbers]
    arguments += [{"kind": "TYPE", "value": signature(item)} for item in kind.items]
    arguments += [
        {
            "kind": "NAMED_TYPE",
            "value": {
                "fieldName": {"name": field.name} if field.name else None,
                "typeSignature": signature(field.type),
            },
        }
        for field in kind.fields
    ]
    return {"rawType": kind.base, "arguments": arguments}


def columns(*types):
    return [
        {"name": f"c{place}", "type": text, "typeSignature": signature(TrinoType.parse(text))}
        for place, text in enumerate(types)
    ]


def read(kinds, rows):
    """The rows that come out of a page of these."""
    (batch,) = PageReader(columns(*kinds)).direct(orjson.dumps(rows))
    return [list(row) for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)]


@pytest.fixture
def fast(monkeypatch):
    """Also small pages are tried the fast way."""
    monkeypatch.setattr(pages_text, "_SMALL", 0)


TYPES = [
    *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double"),
    *("decimal(9,2)", "decimal(38,10)", "varchar", "varchar(5)", "char(3)", "varbinary"),
    *("date", "time(0)", "time(6)", "time(9)", "timestamp(0)", "timestamp(3)", "timestamp(6)"),
    *("timestamp(9)", "timestamp(6) with time zone", "uuid", "json", "unknown"),
    *("interval day to second", "interval year to month", "array(bigint)"),
    *("map(varchar, double)", "row(a bigint, b varchar)", "array(row(x decimal(5,1)))"),
]


@pytest.mark.parametrize("text", TYPES)
def test_the_schema_is_that_of_the_embedded_engine(text):
    expected = schema_of([Column("c0", TrinoType.parse(text))])
    assert arrow_schema(columns(text)) == expected


VALUES = [
    ("boolean", [True, False, None], [True, False, None]),
    ("bigint", [2**63 - 1, -(2**63)], [2**63 - 1, -(2**63)]),
    ("double", [0.1, "Infinity", "-Infinity"], [0.1, float("inf"), float("-inf")]),
    ("decimal(38,10)", ["-0.0000000001", None], [Decimal("-0.0000000001"), None]),
    ("varchar", ["", "null", "],[", '"', "\\", "\n", "\0", "é\u2028😀"], ...),
    ("char(3)", ["a  ", "   "], ...),
    ("varbinary", ["AP8=", ""], [b"\0\xff", b""]),
    ("date", ["2026-02-28", "0001-01-01", "9999-12-31"], ...),
    ("time(3)", ["23:59:59.999"], [time(23, 59, 59, 999000)]),
    ("timestamp(0)", ["2026-01-02 03:04:05"], [datetime(2026, 1, 2, 3, 4, 5)]),
    ("timestamp(6)", ["0001-01-01 00:00:00.000001"], [datetime(1, 1, 1, 0, 0, 0, 1)]),
    ("uuid", ["12345678-1234-5678-1234-567812345678"], ...),
    ("interval day to second", ["-1 02:03:04.005"], ...),
    ("json", ['{"a":[1]}'], ...),
    ("array(varchar)", [["a", None], [], None], ...),
    ("map(bigint, varchar)", [{"1": "x"}, {}], [[(1, "x")], []]),
    ("map(boolean, bigint)", [{"true": 1}], [[(True, 1)]]),
    ("row(a bigint, b array(double))", [[1, [0.5, None]], None], ...),
    ("time(6) with time zone", ["10:00:00.000000+02:00"], ...),
    ("timestamp(12)", ["2026-01-01 00:00:00.123456789012"], ...),
    ("ipaddress", ["::1"], ...),
]
MEANT = {
    "date": lambda v: date.fromisoformat(v),
    "uuid": UUID,
    "interval day to second": lambda _v: -timedelta(days=1, hours=2, minutes=3, seconds=4.005),
    "row(a bigint, b array(double))": lambda v: {"a": v[0], "b": v[1]},
}


@pytest.mark.parametrize(("kind", "sent", "meant"), VALUES, ids=[v[0] for v in VALUES])
def test_every_value_comes_out_as_it_was_meant(fast, kind, sent, meant):
    if meant is ...:
        mean = MEANT.get(kind, lambda value: value)
        meant = [None if value is None else mean(value) for value in sent]
    found = read((kind, "bigint"), [[value, 1] for value in sent])
    assert [row[0] for row in found] == meant


def test_what_is_no_number_is_none(fast):
    ((value, _),) = read(("double", "bigint"), [["NaN", 1]])
    assert value != value


def test_a_zone_stays_the_column_s_where_it_is_one():
    (batch,) = PageReader(columns("timestamp(3) with time zone")).direct(
        orjson.dumps([["2026-07-01 12:00:00.000 Europe/Berlin"], [None]])
    )
    assert batch.schema.field(0).type == pa.timestamp("us", "Europe/Berlin")
    assert batch.column(0).to_pylist()[0] == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_several_zones_are_told_in_one():
    rows = read(
        ("timestamp(3) with time zone",),
        [["2026-07-01 12:00:00.000 Europe/Berlin"], ["2026-07-01 12:00:00.000 -05:30"]],
    )
    assert [row[0] for row in rows] == [
        datetime(2026, 7, 1, 10, tzinfo=UTC),
        datetime(2026, 7, 1, 17, 30, tzinfo=UTC),
    ]


def test_years_of_any_length_are_days():
    (batch,) = PageReader(columns("date")).direct(b'[["-0001-01-01"],["+10000-01-01"]]')
    assert batch.column(0).cast(pa.int32()).to_pylist() == [-719893, 2932897]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("bigint", 2**63),
        ("tinyint", 300),
        ("date", "soon"),
        ("timestamp(9)", "3000-01-01 00:00"),
    ],
)
def test_what_cannot_be_held_is_no_other_value(kind, value):
    with pytest.raises(PageError):
        read((kind,), [[value]])


CELLS = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False),
    "varchar": st.text(max_size=20)
    | st.sampled_from(["],[", '"],["', "null", "", ",", "[[", "\\", "a\nb", "a\r\nb", '"']),
    "decimal(20,4)": st.decimals(-(10**15), 10**15, places=4),
    "date": st.dates(),
    "timestamp(6)": st.datetimes(),
    "boolean": st.booleans(),
    "varbinary": st.binary(max_size=8),
    "array(varchar)": st.lists(st.none() | st.text(max_size=5), max_size=3),
}
FLAT = [name for name in CELLS if name not in {"varbinary", "array(varchar)"}]


@st.composite
def tables(draw, names):
    kinds = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4))
    row = st.tuples(*(st.none() | CELLS[kind] for kind in kinds))
    return kinds, draw(st.lists(row, min_size=1, max_size=12))


def spell(kinds, rows):
    types = [TrinoType.parse(kind) for kind in kinds]
    return [[spelled(v, t) for v, t in zip(row, types, strict=True)] for row in rows]


@settings(max_examples=400, deadline=None)
@given(tables(list(CELLS)))
def test_the_slow_way_reads_any_table(table):
    kinds, rows = table
    assert read(kinds, spell(kinds, rows)) == [list(row) for row in rows]


@settings(max_examples=600, deadline=None)
@given(tables(FLAT))
def test_the_fast_way_reads_it_the_same_or_not_at_all(table):
    kinds, rows = table
    reader = PageReader(columns(*kinds))
    text = orjson.dumps(spell(kinds, rows))
    small, pages_text._SMALL = pages_text._SMALL, 0
    try:
        for count in (None, len(rows)):
            batch = pages_text.read_flat(text, reader.kinds, reader.schema, count)
            if batch is not None:
                found = [c.to_pylist() for c in batch.columns]
                assert [list(row) for row in zip(*found, strict=True)] == [
                    list(row) for row in rows
                ]
    finally:
        pages_text._SMALL = small


def test_plain_pages_go_the_fast_way(fast):
    reader = PageReader(columns("bigint", "varchar"))
    text = orjson.dumps([[n, f"row {n}"] for n in range(100)])
    assert pages_text.read_flat(text, reader.kinds, reader.schema, 100) is not None
    assert pages_text.read_flat(text, reader.kinds, reader.schema, 99) is None


# -- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [[[1, "a"]], [["]]", '"data":[['], ["],", "}"]], [[[1, [2]]]], [[{"data": "[["}]]],
)
def test_the_rows_of_an_answer_are_found_without_reading_them(rows):
    body = {"id": "q", "columns": [], "data": rows, "stats": {"a": [[1]], "b": [[2]]}}
    head, found = split(json.dumps(body, separators=(",", ":")).encode())
    assert json.loads(found) == rows
    assert head == {key: value for key, value in body.items() if key != "data"}


def test_an_answer_without_rows_is_whole():
    body = {"id": "q", "stats": {"x": 1}, "data": []}
    assert split(json.dumps(body).encode()) == (body, None)


@pytest.mark.parametrize("cut", [1, 9, 20, 35])
def test_an_answer_that_was_cut_is_refused(cut):
    body = json.dumps({"id": "q", "data": [[1, 2], [3, 4]], "stats": {}}).encode()
    with pytest.raises(PageError):
        split(body[:-cut])


def test_a_page_that_was_cut_is_refused():
    with pytest.raises(PageError):
        list(PageReader(columns("bigint")).direct(b"[[1],[2"))


# -- segments --------------------------------------------------------------------------------


def packed(rows, encoding):
    plain = orjson.dumps(rows)
    if encoding == "json+zstd":
        return zstandard.ZstdCompressor().compress(plain), len(plain)
    if encoding == "json+lz4":
        return lz4.block.compress(plain, store_size=False), len(plain)
    return plain, len(plain)


def spool(encoding, count=5):
    store, segments = {}, []
    for number in range(count):
        rows = [[number * 10 + n, f"v{n}"] for n in range(10)]
        raw, size = packed(rows, encoding)
        facts = {"rowsCount": 10, "segmentSize": len(raw), "uncompressedSize": size}
        if number == 0:
            data = base64.b64encode(raw).decode()
            segments.append({"type": "inline", "data": data, "metadata": facts})
            continue
        store[f"/{number}"] = raw
        segments.append(
            {
                "type": "spooled",
                "uri": f"/{number}",
                "ackUri": f"/ack/{number}",
                "headers": {"x-key": [str(number)]},
                "metadata": facts,
            }
        )
    return store, {"encoding": encoding, "segments": segments}


@pytest.mark.parametrize("encoding", ["json", "json+zstd", "json+lz4"])
def test_segments_come_in_order_and_are_acknowledged_when_read(encoding):
    store, data = spool(encoding)
    told = []

    def fetch(place, headers):
        assert headers == {"x-key": place.removeprefix("/")}
        return store[place]

    reader = PageReader(columns("bigint", "varchar"))
    batches = list(reader.segments(data, fetch, lambda place, _: told.append(place)))
    table = pa.Table.from_batches(batches)
    assert table.column(0).to_pylist() == list(range(50))
    assert sorted(told) == [f"/ack/{number}" for number in range(1, 5)]


def test_a_segment_that_is_gone_ends_the_answer():
    store, data = spool("json")
    del store["/2"]
    reader = PageReader(columns("bigint", "varchar"))
    batches = reader.segments(data, lambda place, _: store[place], lambda *_: None)
    found = [*next(batches).column(0).to_pylist(), *next(batches).column(0).to_pylist()]
    with pytest.raises(KeyError):
        next(batches)
    assert found == list(range(20))


@pytest.mark.parametrize("encoding", ["json+zstd", "json+lz4", "json+snappy"])
def test_a_damaged_segment_is_refused(encoding):
    store, data = spool("json+zstd")
    store = {place: raw[::-1] for place, raw in store.items()}
    data["encoding"] = encoding
    reader = PageReader(columns("bigint", "varchar"))
    with pytest.raises(PageError):
        list(reader.segments(data, lambda place, _: store[place], lambda *_: None))


def test_rows_that_are_missing_from_a_segment_are_missed():
    _store, data = spool("json", count=1)
    data["segments"][0]["metadata"]["rowsCount"] = 11
    with pytest.raises(PageError, match="11"):
        list(PageReader(columns("bigint", "varchar")).segments(data, None, None))
