import datetime
import decimal
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from jupyter_mesh.catalog.gateway import Gateway
from jupyter_mesh.catalog.lake import Lake
from jupyter_mesh.engines import landing, writing
from jupyter_mesh.engines.connection import ICEBERG, connect
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.errors import ConflictError, LandingError, StorageError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import Endpoint
from jupyter_mesh.model.types import BIGINT
from jupyter_mesh.settings import EmbeddedSettings, IcebergSettings

T = TableName("lake", "raw", "t")


class NoSecrets:
    def resolve(self, reference):
        raise AssertionError(reference)


def lake_at(folder):
    settings = IcebergSettings(f"sqlite:///{folder}/catalog.db", f"file://{folder}/warehouse")
    return Lake("lake", settings, NoSecrets())


@pytest.fixture
def lake(tmp_path):
    with lake_at(tmp_path) as lake:
        lake.create_schema("raw")
        yield lake


@pytest.fixture
def gateway(lake):
    gateway = Gateway({"lake": lake})
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def duck(tmp_path_factory):
    connection = connect(
        EmbeddedSettings(memory="500MB"), tmp_path_factory.mktemp("scratch"), ICEBERG
    )
    yield connection
    connection.close()


@pytest.fixture
def main(duck, gateway):
    """A connection on which main's tables are writable as `m.schema.table`."""
    connection = duck.cursor()
    writing.attach(connection, gateway.endpoint("lake"), "m")
    yield connection
    writing.detach(connection, "m")
    connection.close()


def put(connection, lake, gateway, branch, source, table=T):
    with landing.opened(connection, source) as rows:
        lake.prepare(table, rows.columns, branch)
        writing.attach(connection, gateway.endpoint("lake", branch), "b")
        try:
            return writing.replace(connection, "b", table, rows.sql, rows.columns)
        finally:
            writing.detach(connection, "b")


def read(connection, lake, branch="", table=T):
    place = lake.snapshot(table, branch).metadata_location
    return connection.execute(f"FROM iceberg_scan('{place}') ORDER BY ALL").fetchall()


def test_attaching_twice_is_harmless_and_detaching_forgets_the_secret(duck, gateway):
    place = gateway.endpoint("lake")
    for _ in range(2):
        writing.attach(duck, place, "twice")
    assert writing.is_attached(duck, "twice")
    for _ in range(2):
        writing.detach(duck, "twice")
    assert not writing.is_attached(duck, "twice")
    assert duck.execute("SELECT name FROM duckdb_secrets()").fetchall() == []


@pytest.mark.parametrize(
    ("uri", "token", "warehouse", "says"),
    [
        ("", "wrong", "lake", "did not answer"),
        ("", "", "lake@lake~gone", "no such branch"),
        ("http://127.0.0.1:9", "secret-token", "lake", "did not answer"),
        ("", "it's", "lake", "did not answer"),
    ],
)
def test_a_failed_attach_never_shows_the_token(duck, gateway, uri, token, warehouse, says):
    place = gateway.endpoint("lake")
    token = token or place.token
    with pytest.raises(StorageError, match=says) as caught:
        writing.attach(duck, Endpoint(uri or place.uri, token, warehouse), "bad")
    error = caught.value
    assert token not in f"{error} {error.details()} {error.__cause__}"
    assert error.__suppress_context__
    assert not writing.is_attached(duck, "bad")


def test_the_whole_table_is_replaced_and_its_past_stays(duck, lake, gateway):
    branch = lake.open_branch("one", None, (T,)).name
    first = pa.table({"id": [1, 2], "name": ["a", "b"]})
    second = pa.table({"id": [3], "size": [1.5]})
    assert put(duck, lake, gateway, branch, first.to_reader()) == 2
    before = lake.snapshot(T, branch)
    assert put(duck, lake, gateway, branch, second.to_reader()) == 1
    after = lake.snapshot(T, branch)
    assert read(duck, lake, branch) == [(3, 1.5)]
    assert (before.uuid, before.rows, after.rows) == (after.uuid, 2, 1)
    assert [column.name for column in after.columns] == ["id", "size"]


@pytest.mark.parametrize("count", [0, 1])
def test_a_frame_of_few_rows_is_written(duck, lake, gateway, count):
    branch = lake.open_branch("one", None, (T,)).name
    frame = pa.table({"id": pa.array(range(count), pa.int64())})
    assert put(duck, lake, gateway, branch, frame.to_reader()) == count
    assert lake.snapshot(T, branch).rows == count


NESTED = pa.table(
    {
        "id": pa.array([1, 2], pa.int64()),
        "price": pa.array([decimal.Decimal("1.10"), None], pa.decimal128(12, 2)),
        "wide": pa.array([decimal.Decimal(10**37), None], pa.decimal128(38, 0)),
        "at": pa.array([datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), None]),
        "day": pa.array([datetime.date(2026, 1, 1), None]),
        "time": pa.array([datetime.time(1, 2, 3, 4), None]),
        "raw": pa.array([b"\0x", None]),
        "tags": pa.array([["a", None], None]),
        "where": pa.array([{"x": 1, "in": [{"y": "z"}]}, None]),
        "notes": pa.array([[("k", 1.5)], None], pa.map_(pa.string(), pa.float64())),
    }
)


def test_every_kind_of_value_survives_the_way_through_files(duck, lake, gateway):
    branch = lake.open_branch("one", None, (T,)).name
    put(duck, lake, gateway, branch, NESTED.to_reader())
    place = lake.snapshot(T, branch).metadata_location
    found = duck.execute(f"FROM iceberg_scan('{place}')").to_arrow_table()
    assert found.to_pylist() == NESTED.to_pylist()


def test_a_landed_file_is_read_back_with_its_types(duck, lake, gateway, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Id,When,Code\n1,2026-01-01T00:00:00Z,007\n2,,NA\n")
    branch = lake.open_branch("one", None, (T,)).name
    assert put(duck, lake, gateway, branch, path) == 2
    snapshot = lake.snapshot(T, branch)
    assert [(column.name, str(column.type)) for column in snapshot.columns] == [
        ("id", "bigint"),
        ("when", "timestamp(6) with time zone"),
        ("code", "varchar"),
    ]
    assert read(duck, lake, branch)[1] == (2, None, None)


def test_a_faulty_file_makes_no_table(duck, lake, gateway, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id\n" + "1\n" * 9000 + "x\n")
    branch = lake.open_branch("one", None, (T,)).name
    with pytest.raises(LandingError, match="row 9002"):
        put(duck, lake, gateway, branch, path)
    assert lake.tables("raw", branch) == []
    assert not list(Path(tmp_path, "warehouse").rglob("*.parquet"))


def test_a_reader_that_fails_midway_leaves_the_table_empty_and_says_why(duck, lake, gateway):
    def batches():
        yield pa.record_batch({"id": [1]})
        message = "the source went away"
        raise LandingError(message)

    reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), batches())
    branch = lake.open_branch("one", None, (T,)).name
    with pytest.raises(LandingError, match="the source went away"):
        put(duck, lake, gateway, branch, reader)
    assert lake.snapshot(T, branch).rows == 0


def test_somebody_faster_is_a_conflict_and_nothing_is_written(duck, lake, gateway):
    branch = lake.open_branch("one", None, (T,)).name
    put(duck, lake, gateway, branch, pa.table({"id": [1]}).to_reader())

    def batches():
        yield pa.record_batch({"id": [2]})
        with duck.cursor() as other:
            writing.attach(other, gateway.endpoint("lake", branch), "other")
            other.execute("INSERT INTO other.raw.t VALUES (3)")
            writing.detach(other, "other")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), batches())
    with pytest.raises(ConflictError):
        put(duck, lake, gateway, branch, reader)
    assert read(duck, lake, branch) == [(3,)]


STATEMENTS = [
    ("CREATE TABLE m.raw.t (id BIGINT NOT NULL, name VARCHAR)", []),
    ("INSERT INTO m.raw.t VALUES (1, 'a'), (2, 'b'), (3, 'c')", [(1, "a"), (2, "b"), (3, "c")]),
    ("UPDATE m.raw.t SET name = 'z' WHERE id = 2", [(1, "a"), (2, "z"), (3, "c")]),
    ("DELETE FROM m.raw.t WHERE id = 1", [(2, "z"), (3, "c")]),
    (
        "MERGE INTO m.raw.t AS t USING (VALUES (3, 'm'), (4, 'n')) AS s(id, name) "
        "ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)",
        [(2, "z"), (3, "m"), (4, "n")],
    ),
    (
        "ALTER TABLE m.raw.t ADD COLUMN size DOUBLE",
        [(2, "z", None), (3, "m", None), (4, "n", None)],
    ),
    ("ALTER TABLE m.raw.t DROP COLUMN name", [(2, None), (3, None), (4, None)]),
    ("ALTER TABLE m.raw.t RENAME COLUMN size TO weight", [(2, None), (3, None), (4, None)]),
    ("DELETE FROM m.raw.t", []),
]


def test_statements_change_a_table_one_after_the_other(main, lake):
    for statement, expected in STATEMENTS:
        main.execute(statement)
        assert read(main, lake) == expected, statement
    assert [column.name for column in lake.snapshot(T).columns] == ["id", "weight"]


def test_a_table_made_from_a_query_keeps_every_kind_of_value(main, lake):
    main.register("frame", NESTED)
    main.execute("CREATE TABLE m.raw.t AS FROM frame")
    place = lake.snapshot(T).metadata_location
    found = main.execute(f"FROM iceberg_scan('{place}')").to_arrow_table()
    main.unregister("frame")
    assert found.to_pylist() == NESTED.to_pylist()


def test_a_required_column_takes_no_null(main, lake):
    main.execute("CREATE TABLE m.raw.t (id BIGINT NOT NULL)")
    with pytest.raises(duckdb.ConstraintException):
        main.execute("INSERT INTO m.raw.t VALUES (NULL)")
    assert read(main, lake) == []


def test_a_transaction_over_two_tables_is_seen_whole_or_not_at_all(main, lake):
    other = TableName("lake", "raw", "u")
    for name in ("t", "u"):
        main.execute(f"CREATE TABLE m.raw.{name} AS SELECT 1 AS id")
    main.execute("BEGIN")
    for name in ("t", "u"):
        main.execute(f"INSERT INTO m.raw.{name} VALUES (2)")
    assert read(main.cursor(), lake) == [(1,)]
    main.execute("COMMIT")
    assert read(main, lake) == read(main, lake, table=other) == [(1,), (2,)]


def test_a_conflict_in_one_table_undoes_the_other(main, lake):
    other = TableName("lake", "raw", "u")
    for name in ("t", "u"):
        main.execute(f"CREATE TABLE m.raw.{name} AS SELECT 1 AS id")
    main.execute("BEGIN")
    for name in ("t", "u"):
        main.execute(f"INSERT INTO m.raw.{name} VALUES (2)")
    main.cursor().execute("INSERT INTO m.raw.u VALUES (9)")
    with pytest.raises(duckdb.Error) as caught:
        main.execute("COMMIT")
    assert isinstance(explained(caught.value), ConflictError)
    assert read(main, lake) == [(1,)]
    assert read(main, lake, table=other) == [(1,), (9,)]


def test_a_dropped_table_leaves_its_files(main, lake, tmp_path):
    main.execute("CREATE TABLE m.raw.t AS SELECT 1 AS id")
    before = set(Path(tmp_path, "warehouse").rglob("*"))
    main.execute("DROP TABLE m.raw.t")
    assert lake.tables("raw") == []
    assert set(Path(tmp_path, "warehouse").rglob("*")) == before


VICTIM = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_writing import *
folder = Path(sys.argv[1])
lake = lake_at(folder)
gateway = Gateway({{"lake": lake}})
duck = connect(EmbeddedSettings(memory="500MB"), folder / "scratch", ICEBERG)
branch = lake.open_branch("victim", None, (T,)).name
def batches():
    for start in range(10_000):
        yield pa.record_batch({{"id": pa.array(range(start, start + 50_000), pa.int64())}})
        print("batch", flush=True)
reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), batches())
put(duck, lake, gateway, branch, reader)
"""


def test_a_process_killed_while_landing_leaves_no_version(duck, lake, gateway, tmp_path):
    branch = lake.open_branch("before", None, (T,)).name
    put(duck, lake, gateway, branch, pa.table({"id": [1]}).to_reader())
    lake.merge(branch)
    script = VICTIM.format(tests=str(Path(__file__).parent))
    victim = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        for _ in range(20):
            assert victim.stdout.readline() == "batch\n"
    finally:
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
    assert victim.returncode == -signal.SIGKILL
    assert read(duck, lake) == [(1,)]
    assert lake.snapshot(T, "lake~victim").rows == 0
    lake.abandon("lake~victim")
    again = lake.open_branch("again", None, (T,)).name
    put(duck, lake, gateway, again, pa.table({"id": [2]}).to_reader())
    lake.merge(again)
    assert read(duck, lake) == [(2,)]


def test_rows_beyond_the_memory_limit_are_written(duck, lake, gateway):
    branch = lake.open_branch("one", None, (T,)).name
    lake.prepare(T, (Column("id", BIGINT), Column("copy", BIGINT)), branch)
    writing.attach(duck, gateway.endpoint("lake", branch), "b")
    duck.execute("SET memory_limit = '200MB'")
    try:
        source = "SELECT i AS id, (hash(i) % 1000000)::BIGINT AS copy FROM range(3000000) t(i)"
        assert (
            writing.replace(duck, "b", T, source, lake.snapshot(T, branch).columns) == 3_000_000
        )
    finally:
        duck.execute("SET memory_limit = '500MB'")
        writing.detach(duck, "b")
    assert lake.snapshot(T, branch).rows == 3_000_000
