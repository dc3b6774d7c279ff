import datetime
import decimal
import gzip
import json
from threading import Event, Thread

import pyarrow as pa
import pytest
from pyarrow import parquet

from jupyter_mesh.engines import landing
from jupyter_mesh.engines.connection import connect
from jupyter_mesh.errors import InputError, LandingError, QueryCancelled
from jupyter_mesh.settings import EmbeddedSettings


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    connection = connect(EmbeddedSettings(memory="500MB"), tmp_path_factory.mktemp("scratch"))
    yield connection
    connection.close()


@pytest.fixture
def land(connection, tmp_path):
    """Lands a source and answers its columns and rows."""

    def run(source, name="data.csv"):
        if isinstance(source, str | bytes):
            path = tmp_path / name
            path.write_bytes(source.encode() if isinstance(source, str) else source)
            source = path
        elif isinstance(source, pa.Table):
            source = source.to_reader(max_chunksize=2)
        with landing.opened(connection, source) as rows:
            table = connection.execute(rows.sql).to_arrow_table()
            columns = {column.name: str(column.type) for column in rows.columns}
        assert table.column_names == list(columns)
        return columns, [tuple(row.values()) for row in table.to_pylist()]

    return run


def fault(land, source, name="data.csv"):
    with pytest.raises(LandingError) as caught:
        land(source, name)
    assert name in str(caught.value)
    return caught.value


UTC = datetime.UTC


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", "-2", "+3", " 4 "], "bigint", [1, -2, 3, 4]),
        (["1", "2.5", "1e3"], "double", [1.0, 2.5, 1000.0]),
        (["9223372036854775808", "1"], "decimal(38,0)", [2**63, 1]),
        (["true", "False"], "boolean", [True, False]),
        (["0", "1"], "bigint", [0, 1]),
        (
            ["2026-01-31", "2025-1-2"],
            "date",
            [datetime.date(2026, 1, 31), datetime.date(2025, 1, 2)],
        ),
        (
            ["2026-01-31 10:00", "2026-02-01T11:12:13.5"],
            "timestamp(6)",
            [
                datetime.datetime(2026, 1, 31, 10),
                datetime.datetime(2026, 2, 1, 11, 12, 13, 500000),
            ],
        ),
        (
            ["2026-01-31T10:00:00Z", "2026-01-31 10:00:00+02:00"],
            "timestamp(6) with time zone",
            [
                datetime.datetime(2026, 1, 31, 10, tzinfo=UTC),
                datetime.datetime(2026, 1, 31, 8, tzinfo=UTC),
            ],
        ),
        (["007", "12"], "varchar", ["007", "12"]),
        (["1_000", "2_000"], "varchar", ["1_000", "2_000"]),
        (["31/01/2026", "01/02/2026"], "varchar", ["31/01/2026", "01/02/2026"]),
        (["2026-02-30", "x", "y"], "varchar", ["2026-02-30", "x", "y"]),
        (["N1", "2", "N3"], "varchar", ["N1", "2", "N3"]),
        (["10:00", "11:00"], "varchar", ["10:00", "11:00"]),
        (["", "NA", "NULL"], "varchar", [None, None, None]),
        (["1", "", "NA", "null"], "bigint", [1, None, None, None]),
        (['"1"', '""', '"2"'], "bigint", [1, None, 2]),
        (["x", '"NA"', '""', "NA"], "varchar", ["x", "NA", "", None]),
        (['"a ""b"", c"', '"two\nlines"'], "varchar", ['a "b", c', "two\nlines"]),
    ],
)
def test_a_csv_columns_type_is_what_all_its_values_are(land, values, kind, expected):
    text = "key,value\n" + "".join(f"k,{value}\n" for value in values)
    columns, rows = land(text)
    assert columns == {"key": "varchar", "value": kind}
    assert [row[1] for row in rows] == expected


@pytest.mark.parametrize(
    ("late", "kind"),
    [("2.5", "double"), ("007", "varchar"), ("9223372036854775808", "decimal(38,0)")],
)
def test_a_late_value_widens_its_column(land, late, kind):
    columns, rows = land("n\n" + "1\n" * 9000 + f"{late}\n")
    assert columns == {"n": kind}
    assert len(rows) == 9001


def test_a_column_that_begins_empty_has_the_type_of_its_late_values(land):
    columns, _rows = land("a,n\n" + "x,\n" * 9000 + "x,2026-01-01\n")
    assert columns == {"a": "varchar", "n": "date"}


@pytest.mark.parametrize(
    ("text", "row", "column", "says"),
    [
        ("a,b\n1,2\n3\n4,5\n", 3, "b", "1 value where the heading has 2 names"),
        ("a,b\n1,2\n\n4,5,6\n", 4, "", "3 values where the heading has 2 names"),
        ("a,b\n" + "1,2\n" * 9000 + "3\n", 9002, "b", "b is missing"),
        ("a,n\n" + "x,1\n" * 9000 + "x,oops\nx,1\n", 9002, "n", "'oops' is no number"),
        ("id,value\n1,10\n2,ten\n", 3, "value", "'ten' is no number"),
        ("d,x\n2026-01-01,1\n2026-02-30,1\n2026-01-02,1\n", 3, "d", "'2026-02-30' is no date"),
        ("a,b\n1,yes\n1,true\n1,true\n", 2, "b", "'yes' is no boolean"),
        ("a,b\nx,1\nx,2\ny,a\nz,b\n", 4, "b", "'a' is no number"),
        (b"a,b\n1,ok\n2,caf\xe9\n", 3, "b", "the byte 0xe9 is not UTF-8"),
        (b"a,b\n" + b"1,ok\n" * 9000 + b"2,caf\xe9\n", 9002, "b", "is not UTF-8"),
        (b"caf\xe9,b\n1,2\n", 1, "", "is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), 1, "", "it is UTF-16"),
        ('a,b\n1,"open\n2,3\n', 2, "", "quotes are broken"),
        ('a,b\n1,"x"y\n', 2, "", "quotes are broken"),
        ("place,row,#\n1,1,1\n2,2,2\nx,3,y\n", 4, "place", "'x' is no number"),
        ("a,b\n", 0, "", "a heading but no rows"),
        ("1,foo,2.5\n2,bar,3.5\n", 1, "1", "no heading"),
        ("\n1,2\n", 1, "", "begins with an empty row"),
        ("", 0, "", "is empty"),
    ],
)
def test_a_faulty_csv_is_refused_at_its_first_fault(land, text, row, column, says):
    error = fault(land, text)
    assert (error.row, error.column) == (row, column)
    assert says in error.message


def test_of_two_faulty_columns_the_first_row_is_named(land):
    error = fault(land, "a,b\n1,1\n2,x\ny,3\n4,4\n5,5\n")
    assert (error.row, error.column) == (3, "b")


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_the_heading_tells_the_separator(land, separator):
    text = f'a{separator}"b, c"\n1{separator}x\n'
    assert land(text) == ({"a": "bigint", "b_c": "varchar"}, [(1, "x")])


def test_names_become_sql_safe_and_distinct(land):
    columns, _rows = land("\ufeffDep. Delay,dep delay,2013,,naïve\n1,2,3,4,5\n")
    assert list(columns) == ["dep_delay", "dep_delay_2", "_2013", "_", "naive"]


def test_landing_can_be_stopped(connection, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n" + "123456,some text\n" * 500_000)
    done = Event()

    def insist():
        while not done.wait(0.001):
            connection.interrupt()

    stopper = Thread(target=insist)
    stopper.start()
    try:
        with pytest.raises(QueryCancelled), landing.opened(connection, path):
            pass
    finally:
        done.set()
        stopper.join()


def test_crlf_and_missing_last_line_end_are_fine(land):
    assert land("a,b\r\n1,x\r\n2,y")[1] == [(1, "x"), (2, "y")]


def test_a_path_is_no_pattern(land):
    assert land("a\n1\n", "it's [a]*?.csv")[1] == [(1,)]


def test_a_compressed_csv_is_read_through(land):
    assert land(gzip.compress(b"a\n1\n"), "data.csv.gz")[1] == [(1,)]


def test_a_compressed_csv_cut_off_is_refused(land):
    text = "a,b\n" + "".join(f"{number},{number * 7919 % 1009}\n" for number in range(9000))
    error = fault(land, gzip.compress(text.encode())[:-2000], "data.csv.gz")
    assert "not a whole gzip file" in error.message


@pytest.mark.parametrize("shape", ["lines", "array", "pretty"])
def test_json_records_become_rows(land, shape):
    records = [
        {"a": 1, "B c": "x", "d": "2026-01-01", "inner": {"x": 1}, "list": [1, 2]},
        {"a": 2.5, "d": "2026-01-02", "inner": {"y": "q"}, "list": []},
    ]
    text = {
        "lines": "\n".join(json.dumps(record) for record in records),
        "array": json.dumps(records),
        "pretty": json.dumps(records, indent=2),
    }[shape]
    columns, rows = land(text, "data.json")
    assert columns == {
        "a": "double",
        "b_c": "varchar",
        "d": "date",
        "inner": "row(x bigint, y varchar)",
        "list": "array(bigint)",
    }
    assert rows[1] == (2.5, None, datetime.date(2026, 1, 2), {"x": None, "y": "q"}, [])


def test_json_numbers_beyond_bigint_stay_exact(land):
    columns, rows = land('{"n": 12345678901234567890}\n{"n": 1}\n', "data.ndjson")
    assert columns == {"n": "decimal(38,0)"}
    assert rows[0] == (decimal.Decimal(12345678901234567890),)


def test_json_of_unlike_inner_values_is_kept_as_text(land):
    columns, rows = land('{"l": [1, "x"]}\n{"l": null}\n', "data.ndjson")
    assert columns == {"l": "array(varchar)"}
    assert rows == [(["1", '"x"'],), (None,)]


@pytest.mark.parametrize(
    ("text", "row", "column", "says"),
    [
        ('{"a": 1}\n{"a": "x"}\n{"a": 2}\n', 2, "a", '"x" is no number'),
        ('{"row": 1}\n{"row": 2}\n{"row": [3]}\n', 3, "row", "[3] is no number"),
        ('{"kind": "x"}\n{"kind": {}}\n{"kind": "y"}\n', 2, "kind", "{} is no varchar"),
        ('{"a": 1}\n{"a": 2\n{"a": 3}\n', 2, "", "no JSON"),
        ('[{"a": 1},\n {"a": 2', 2, "", "no JSON"),
        (b'{"a": "ok"}\n{"a": "caf\xe9"}\n', 2, "", "not UTF-8"),
        ("[1, 2]", 1, "", "does not begin with an object"),
        ("[]", 0, "", "holds no records"),
        ("  \n", 0, "", "holds no records"),
        ("", 0, "", "is empty"),
    ],
)
def test_faulty_json_is_refused_at_its_first_fault(land, text, row, column, says):
    error = fault(land, text, "data.ndjson")
    assert (error.row, error.column) == (row, column)
    assert says in error.message


FRAME = pa.table(
    {
        "Small": pa.array([1, None, 3], pa.int8()),
        "big": pa.array([1, None, 2**64 - 1], pa.uint64()),
        "price": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("2.20")]),
        "kind": pa.array(["x", None, "x"]).dictionary_encode(),
        "at": pa.array([1_000, None, 2_000], pa.timestamp("ns", "Europe/Berlin")),
        "time": pa.array([datetime.time(1), None, datetime.time(2)], pa.time32("s")),
        "none": pa.nulls(3),
        "tags": pa.array([["a"], None, []]),
        "where": pa.array([{"x": 1}, None, {"x": None}], pa.struct([("x", pa.int16())])),
        "notes": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
    }
)
KEPT = {
    "small": "integer",
    "big": "decimal(20,0)",
    "price": "decimal(3,2)",
    "kind": "varchar",
    "at": "timestamp(6) with time zone",
    "time": "time(6)",
    "none": "varchar",
    "tags": "array(varchar)",
    "where": "row(x integer)",
    "notes": "map(varchar, integer)",
}


def test_a_frame_gets_the_types_a_table_keeps_and_no_value_changes(land):
    columns, rows = land(FRAME)
    assert columns == KEPT
    assert rows[1] == (None,) * len(KEPT)
    first = rows[0]
    assert first[:4] == (1, decimal.Decimal(1), decimal.Decimal("1.10"), "x")
    assert first[4] == datetime.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert first[5:] == (datetime.time(1), None, ["a"], {"x": 1}, [("k", 1)])
    assert rows[2][1] == decimal.Decimal(2**64 - 1)


def test_parquet_lands_like_the_frame_it_was_written_from(land, tmp_path):
    path = tmp_path / "data.parquet"
    parquet.write_table(FRAME, path)
    assert land(path)[0] == KEPT
    assert land(path) == land(FRAME)


def test_an_arrow_file_lands_like_its_frame(land, tmp_path):
    path = tmp_path / "data.arrow"
    with pa.ipc.new_file(path, FRAME.schema) as file:
        file.write_table(FRAME, max_chunksize=2)
    assert land(path) == land(FRAME)
    whole = path.read_bytes()
    error = fault(land, whole[: len(whole) // 2], "cut.arrow")
    assert "not a whole Arrow file" in error.message


def test_a_frame_in_a_file_with_a_value_no_table_keeps_names_file_and_column(land, tmp_path):
    path = tmp_path / "data.parquet"
    frame = pa.table({"at": pa.array([0, 1], pa.timestamp("ns"))})
    parquet.write_table(frame, path)
    assert "Column at holds a value" in fault(land, path, "data.parquet").message


def test_an_empty_frame_has_columns_and_no_rows(land):
    assert land(FRAME.slice(0, 0)) == (KEPT, [])


def test_nanoseconds_are_not_dropped_unsaid(land):
    frame = pa.table({"at": pa.array([0, 1], pa.timestamp("ns"))})
    with pytest.raises(InputError, match="Column at holds a value that a table cannot keep"):
        land(frame)


def test_a_type_no_table_keeps_names_its_column(land):
    frame = pa.table({"took": pa.array([1], pa.duration("s"))})
    with pytest.raises(InputError, match="took"):
        land(frame)


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_a_parquet_file_cut_off_is_refused(land, tmp_path, keep):
    path = tmp_path / "whole.parquet"
    parquet.write_table(FRAME, path)
    whole = path.read_bytes()
    error = fault(land, whole[: int(len(whole) * keep)], "data.parquet")
    assert "not a whole parquet file" in error.message


def test_a_parquet_file_with_a_damaged_page_is_refused(land, tmp_path):
    path = tmp_path / "whole.parquet"
    frame = pa.table({"a": [str(number) for number in range(5000)]})
    parquet.write_table(frame, path, compression="zstd", use_dictionary=False)
    whole = bytearray(path.read_bytes())
    whole[60:400] = bytes(340)
    error = fault(land, bytes(whole), "data.parquet")
    assert "not a whole parquet file" in error.message


def test_a_parquet_file_without_rows_is_refused(land, tmp_path):
    path = tmp_path / "data.parquet"
    parquet.write_table(FRAME.slice(0, 0), path)
    assert "holds no rows" in fault(land, path, "data.parquet").message


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("data.xlsx", "not a kind of file"),
        ("data.csv", "is a parquet file"),
    ],
)
def test_a_file_of_another_kind_is_refused(land, name, says):
    assert says in fault(land, b"PAR1whatever", name).message


def test_a_missing_file_and_a_folder_are_refused(land, tmp_path):
    with pytest.raises(LandingError, match="There is no file"):
        land(tmp_path / "gone.csv")
    with pytest.raises(LandingError, match="is not a file"):
        land(tmp_path)
