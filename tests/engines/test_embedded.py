from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from jupyter_mesh.engines.embedded import EmbeddedEngine
from jupyter_mesh.engines.ticket import QueryTicket
from jupyter_mesh.errors import (
    ConfigError,
    InputError,
    MeshError,
    NameNotFound,
    QueryError,
    StatementInvalid,
    StatementNotSupported,
)
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import AsOf
from jupyter_mesh.settings import EmbeddedSettings
from jupyter_mesh.testing.engine_suite import FLIGHTS, EngineSuite
from jupyter_mesh.testing.lakes import lake_engine


class TestEmbeddedEngine(EngineSuite):
    """The embedded engine behaves as an engine."""


HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    'SELECT * FROM "/etc/passwd"',
    'SELECT * FROM lake.raw."/etc/passwd"',
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM iceberg_scan('/tmp')",
    "SELECT * FROM lake.raw.iceberg_scan('/tmp')",
    "SELECT * FROM TABLE(read_text('/etc/passwd'))",
    "SELECT * FROM glob('/*')",
    "SELECT read_text('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT current_setting('memory_limit')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM sqlite_scan('/tmp/x.db', 't')",
    "SELECT * FROM postgres_query('ops', 'SELECT 1')",
    "ATTACH '/tmp/x.db' AS x",
    "PRAGMA database_list",
    "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "COPY lake.raw.flights TO '/tmp/stolen.csv'",
    "EXPORT DATABASE '/tmp/stolen'",
    "INSTALL spatial",
    "LOAD httpfs",
    "SET memory_limit = '1TB'",
    "SET SESSION memory_limit = '1TB'",
    "CREATE SECRET s (TYPE s3)",
    "CREATE MACRO f() AS 1",
    "CALL pragma_version()",
    "VACUUM",
    "CHECKPOINT",
    "DETACH ops",
    "SELECT 1; DROP TABLE lake.raw.flights",
    "SELECT 1;;SELECT 2",
    "FROM lake.raw.flights",
    "SELECT * EXCLUDE (id) FROM lake.raw.flights",
    "SELECT COLUMNS('.*') FROM lake.raw.flights",
    "SELECT list_transform([1], x -> x) FROM lake.raw.flights",
    "SELECT 1 /* */ -- \n; ATTACH 'x'",
    "SELECT $1",
    "SELECT id::varchar FROM lake.raw.flights",
    "SELECT * FROM source_ops.main.airlines",
    "SELECT * FROM system.main.duckdb_functions",
    "SELECT * FROM memory.main.x",
    "SELECT * FROM pg_catalog.pg_class",
    "INSERT INTO lake.raw.flights SELECT * FROM read_csv('/etc/passwd')",
    "CREATE TABLE lake.raw.stolen AS SELECT * FROM read_text('/etc/passwd')",
    "DELETE FROM ops.main.airlines",
    "DROP TABLE ops.main.airlines",
    "CREATE TABLE lake.information_schema.x (a bigint)",
    "INSERT INTO lake.information_schema.tables VALUES ('a', 'b', 'c', 'd')",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_only_what_the_mesh_knows_can_be_reached(example, sql, tmp_path):
    before = example.rows("SELECT count(*) FROM lake.raw.flights")
    with pytest.raises((QueryError, NameNotFound, InputError)) as caught:
        example.rows(sql)
    assert "root:" not in str(caught.value)
    assert example.rows("SELECT count(*) FROM lake.raw.flights") == before
    assert example.rows("SELECT count(*) FROM ops.main.airlines") == [(3,)]


def test_a_value_is_never_read_as_sql(example):
    text = "x'); ATTACH '/tmp/x' AS y; --"
    assert example.rows("SELECT :text", text=text) == [(text,)]
    with pytest.raises(MeshError):
        example.rows("SELECT * FROM :text", text="lake.raw.flights")


def test_a_missing_parameter_is_named(example):
    with pytest.raises(StatementInvalid, match="who"):
        example.query("SELECT :who")


# -- versions ----------------------------------------------------------------------------------


@pytest.fixture
def history(example):
    """A table with three states: 1 row, 2 rows, 3 rows."""
    name = TableName("lake", "raw", "history")
    example.query("DROP TABLE IF EXISTS history")
    example.query("CREATE TABLE history AS SELECT 1 AS n")
    first = example.lake.snapshot(name)
    example.query("INSERT INTO history VALUES 2")
    second = example.lake.snapshot(name)
    example.query("INSERT INTO history VALUES 3")
    return name, first, second


COUNT = "SELECT count(*) FROM history"


def test_a_table_is_read_at_a_version_or_a_time(example, history):
    name, first, second = history
    assert example.rows(COUNT) == [(3,)]
    assert example.rows(f"{COUNT} FOR VERSION AS OF {first.snapshot_id}") == [(1,)]
    _, published, _ = example.lake.history(name)
    moment = published.committed.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    assert example.rows(f"{COUNT} FOR TIMESTAMP AS OF TIMESTAMP '{moment}'") == [(2,)]
    both = (
        f"SELECT (SELECT count(*) FROM history), count(*) FROM history "
        f"FOR VERSION AS OF {second.snapshot_id}"
    )
    assert example.rows(both) == [(3, 2)]


def test_a_session_reads_at_its_time_and_its_pins(example, history):
    name, first, second = history
    back = replace(example.session, as_of=AsOf(version=str(second.snapshot_id)))
    assert example.engine.query(COUNT, back).rows() == [(2,)]
    pinned = replace(back, pins={name: first})
    result = example.engine.query(COUNT, pinned)
    assert result.rows() == [(1,)]
    assert [pin.snapshot_id for pin in result.stats.access.reads] == [first.snapshot_id]
    own = f"{COUNT} FOR VERSION AS OF {second.snapshot_id}"
    assert example.engine.query(own, pinned).rows() == [(2,)]


def test_pins_win_over_the_branch_and_the_branch_over_main(example, history):
    name, first, _ = history
    branch = example.lake.open_branch("pins", None, (name,)).name
    hidden = example.on(branch)
    hidden.query("INSERT INTO history VALUES 4")
    assert hidden.rows(COUNT) == [(4,)]
    assert example.rows(COUNT) == [(3,)]
    pinned = replace(hidden.session, pins={name: first})
    assert example.engine.query(COUNT, pinned).rows() == [(1,)]
    example.lake.abandon(branch)


def test_a_source_without_versions_is_not_read_at_another_time(example):
    back = replace(example.session, as_of=AsOf(timestamp=datetime.now(UTC) - timedelta(days=1)))
    for session, sql in (
        (back, "SELECT * FROM ops.main.airlines"),
        (example.session, "SELECT * FROM ops.main.airlines FOR VERSION AS OF 1"),
    ):
        with pytest.raises(QueryError, match="keeps no versions"):
            example.engine.query(sql, session)


def test_an_answer_is_of_one_state_however_long_it_is_read(example, history):
    result = example.query("SELECT n FROM history ORDER BY n")
    example.query("DELETE FROM history WHERE n = 1")
    assert result.rows() == [(1,), (2,), (3,)]


# -- sources -----------------------------------------------------------------------------------


def test_files_are_tables(example):
    engine, session = example.engine, example.session
    assert engine.schemas("inbox", session) == ["eu", "files"]
    assert engine.tables("inbox", "files", session) == ["airports"]
    assert engine.tables("inbox", "eu", session) == ["cities", "parts"]
    assert example.rows("SELECT * FROM inbox.eu.parts ORDER BY n") == [(0,), (1,)]
    result = example.query('SELECT code, "opened at" FROM inbox.files.airports ORDER BY 1')
    assert [str(column.type) for column in result.columns] == ["varchar", "date"]
    assert result.rows()[0][0] == "JFK"
    assert result.stats.access.reads[0].digest.startswith("sha256:")
    assert example.rows("SELECT size.people FROM inbox.eu.cities") == [(1,)]


# -- statements that are none of the engine's --------------------------------------------------


def test_use_is_refused_with_its_remedy(example):
    with pytest.raises(QueryError) as caught:
        example.query("USE lake.raw")
    assert "%mesh use" in caught.value.remedy


@pytest.mark.parametrize(
    "sql",
    [
        "EXPLAIN SELECT 1",
        "SHOW FUNCTIONS",
        "SHOW STATS FOR flights",
        "ALTER TABLE flights ADD COLUMN x bigint",
        "CREATE TABLE parted WITH (partitioning = ARRAY['id']) AS SELECT id FROM flights",
        "CREATE TABLE orc (id bigint) WITH (format = 'ORC')",
    ],
)
def test_what_is_not_answered_is_refused_by_name(example, sql):
    with pytest.raises(StatementNotSupported):
        example.query(sql)


def test_a_session_has_a_zone_of_its_own(example):
    berlin = replace(example.session, zone="Europe/Berlin")
    sql = "SELECT CAST(TIMESTAMP '2026-07-01 12:00:00' AS timestamp(3) with time zone)"
    found = example.engine.query(sql, berlin).rows()[0][0]
    assert found.isoformat() == "2026-07-01T12:00:00+02:00"
    with pytest.raises(InputError, match="Nowhere/City"):
        example.engine.query("SELECT 1", replace(example.session, zone="Nowhere/City"))


# -- changing ----------------------------------------------------------------------------------


def test_replacing_a_table_keeps_its_identity(example):
    name = TableName("lake", "raw", "replaced")
    example.query("CREATE OR REPLACE TABLE replaced AS SELECT 1 AS a")
    before = example.lake.snapshot(name)
    example.query("CREATE OR REPLACE TABLE replaced AS SELECT 'x' AS b, DATE '2026-01-01' AS c")
    after = example.lake.snapshot(name)
    assert after.uuid == before.uuid
    assert [f"{column.name} {column.type}" for column in after.columns] == [
        "b varchar",
        "c date",
    ]
    assert example.rows("SELECT * FROM replaced")[0][0] == "x"


def test_a_failed_write_leaves_the_old_rows(example):
    example.query("CREATE OR REPLACE TABLE kept AS SELECT 1 AS a")
    failing = "SELECT 1 / (id - id) AS a FROM flights"
    for sql in (f"CREATE OR REPLACE TABLE kept AS {failing}", f"INSERT INTO kept {failing}"):
        with pytest.raises(QueryError):
            example.query(sql)
        assert example.rows("SELECT * FROM kept") == [(1,)]
    assert not [b for b in example.lake.branches() if b.run_id.startswith("sql-")]


def test_a_stopped_write_leaves_nothing(example):
    ticket = QueryTicket()
    ticket.cancel()
    with pytest.raises(QueryError):
        example.query("CREATE TABLE stopped AS SELECT * FROM flights", ticket)
    assert "stopped" not in example.engine.tables("lake", "raw", example.session)


def test_a_schema_is_made_once(example):
    assert example.query("CREATE SCHEMA made").stats.update == "CREATE SCHEMA"
    with pytest.raises(StatementInvalid, match="already exists"):
        example.query("CREATE SCHEMA lake.made")
    example.query("CREATE SCHEMA IF NOT EXISTS made")
    example.query("CREATE TABLE made.t AS SELECT 1 AS a")
    assert example.rows("SELECT a FROM lake.made.t") == [(1,)]
    with pytest.raises(NameNotFound, match="qqqqqqqq") as caught:
        example.query("CREATE TABLE qqqqqqqq.t AS SELECT 1 AS a")
    assert "CREATE SCHEMA" in caught.value.remedy


def test_parameters_reach_writing_statements(example):
    example.query("CREATE OR REPLACE TABLE named AS SELECT id FROM flights WHERE id < :n", n=3)
    example.query("DELETE FROM named WHERE id = :id", id=0)
    assert example.rows("SELECT id FROM named ORDER BY 1") == [(1,), (2,)]


# -- the engine itself -------------------------------------------------------------------------


def test_an_engine_that_is_closed_says_so(tmp_path):
    with lake_engine(tmp_path) as example:
        assert example.rows("SELECT 1") == [(1,)]
        example.engine.close()
        example.engine.close()
        with pytest.raises(ConfigError, match="closed"):
            example.query("SELECT 1")


def test_nothing_is_opened_before_it_is_needed(tmp_path):
    engine = EmbeddedEngine(EmbeddedSettings(memory="none"), {}, {}, None, None, tmp_path / "s")
    assert engine.catalogs() == []
    assert not (tmp_path / "s").exists()
    engine.close()


def test_many_threads_may_ask_at_once(example):
    failures = []

    def ask(number):
        try:
            name = f"thread_{number}"
            example.query(f"CREATE OR REPLACE TABLE {name} AS SELECT {number} AS n")
            for _ in range(5):
                assert example.rows(f"SELECT n FROM {name}") == [(number,)]
                assert example.rows("SELECT count(*) FROM ops.main.airlines") == [(3,)]
        except BaseException as failure:
            failures.append(failure)

    threads = [Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_what_would_be_touched_is_told_without_running(example):
    engine, session = example.engine, example.session
    found = engine.access("INSERT INTO flights SELECT * FROM ops.main.airlines", session)
    assert found.writes == (FLIGHTS,)
    assert [str(pin.table) for pin in found.reads] == ["ops.main.airlines"]
    assert engine.access("SHOW TABLES", session).reads == ()
    with pytest.raises(NameNotFound):
        engine.access("SELECT * FROM flight", session)


def test_the_id_that_is_told_on_the_way_is_the_one_of_the_answer(tmp_path, monkeypatch):
    monkeypatch.setattr("jupyter_mesh.engines.running._TELL", 0.001)
    many = "UNNEST(sequence(1, 10000))"
    with lake_engine(tmp_path) as example:
        said = []
        ticket = QueryTicket(lambda text, _percent: said.append(text))
        sql = f"SELECT sum(a.n * b.n) FROM {many} AS a(n) CROSS JOIN {many} AS b(n)"
        result = example.engine.query(sql, example.session, {}, ticket)
        result.rows()
        told = {text for text in said if "query " in text}
        assert told == {f"running, embedded engine, query {result.stats.query_id}"}
