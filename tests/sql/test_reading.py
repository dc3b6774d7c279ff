from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mesh.errors import MeshError, QueryError, StatementInvalid, StatementNotSupported
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.tables import AsOf
from jupyter_mesh.sql import reading
from jupyter_mesh.sql.statement import Show, TableRef

FLIGHTS = TableName("lake", "raw", "flights")
CREATED = Show("create", "lake", "raw", "flights", kind="table")


def read(sql):
    return reading.parse(sql, "lake", "raw")


def reads(sql):
    return [ref.name.table for ref in read(sql).reads]


def test_every_table_is_found_once_wherever_it_stands():
    sql = """
        WITH recent AS (SELECT * FROM flights WHERE day IN (SELECT day FROM days))
        SELECT *, (SELECT max(x) FROM scalar) FROM recent JOIN carriers USING (carrier)
        WHERE EXISTS (SELECT 1 FROM flights) AND a = ALL (SELECT b FROM every)
        UNION ALL TABLE more"""
    assert set(reads(sql)) == {"flights", "days", "scalar", "carriers", "every", "more"}


def test_a_common_table_expression_is_no_table():
    assert reads("WITH t AS (SELECT 1 AS x) SELECT * FROM t") == []


def test_a_common_table_expression_hides_a_table_only_after_it():
    assert reads("WITH flights AS (SELECT * FROM flights) SELECT * FROM flights") == ["flights"]
    assert reads("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM b") == ["b"]


def test_a_full_name_is_never_a_common_table_expression():
    assert reads("WITH t AS (SELECT 1) SELECT * FROM lake.raw.t") == ["t"]


def test_short_names_are_completed_and_folded():
    assert read('SELECT * FROM Flights, "Flights", raw.FLIGHTS').reads == (TableRef(FLIGHTS),)


def test_a_short_name_without_a_catalog_is_refused():
    with pytest.raises(StatementInvalid, match="does not say its catalog"):
        reading.parse("SELECT * FROM flights")


@pytest.mark.parametrize(
    ("sql", "as_of"),
    [
        ("flights FOR VERSION AS OF 8123", AsOf(version="8123")),
        ("flights FOR VERSION AS OF 'v1.2.0' AS f", AsOf(version="v1.2.0")),
        (
            "flights FOR TIMESTAMP AS OF TIMESTAMP '2026-01-31 12:00:00 Europe/Berlin'",
            AsOf(timestamp=datetime(2026, 1, 31, 11, tzinfo=UTC)),
        ),
        (
            "flights FOR TIMESTAMP AS OF DATE '2026-01-31'",
            AsOf(timestamp=datetime(2026, 1, 31, tzinfo=UTC)),
        ),
    ],
)
def test_versions_and_times_are_understood(sql, as_of):
    assert read(f"SELECT * FROM {sql}").reads == (TableRef(FLIGHTS, as_of),)


def test_two_versions_of_a_table_are_two_reads():
    sql = "SELECT * FROM flights a JOIN flights FOR VERSION AS OF 'v1.0.0' b ON a.x = b.x"
    assert len(read(sql).reads) == 2


def test_metadata_tables_are_refused_by_name():
    with pytest.raises(StatementNotSupported, match=r"flights\$snapshots"):
        read('SELECT * FROM "flights$snapshots"')


def test_parameters_are_told_in_order_and_once():
    sql = "SELECT :b, ':c' FROM flights WHERE x = :a AND y = :b ORDER BY 1 OFFSET :o LIMIT :n"
    assert read(sql).parameters == ("b", "a", "o", "n")


@pytest.mark.parametrize(
    ("sql", "kind", "writes"),
    [
        ("CREATE TABLE t AS SELECT 1 AS x", "ctas", "t"),
        ("CREATE TABLE IF NOT EXISTS t (x bigint NOT NULL COMMENT 'key')", "create_table", "t"),
        ("INSERT INTO t (a, b) SELECT 1, 2", "insert", "t"),
        ("INSERT INTO t (SELECT 1)", "insert", "t"),
        ("DELETE FROM t WHERE a = 1", "delete", "t"),
        ("UPDATE t SET a = 1, b = 'x' WHERE c", "update", "t"),
        (
            "MERGE INTO t USING flights f ON t.a = f.a WHEN MATCHED AND f.x > 1 THEN DELETE "
            "WHEN NOT MATCHED THEN INSERT VALUES (f.a)",
            "merge",
            "t",
        ),
        ("DROP TABLE IF EXISTS t", "drop_table", "t"),
        ("TRUNCATE TABLE t", "truncate", "t"),
        ("ALTER TABLE t ADD COLUMN x bigint", "alter", "t"),
        ("COMMENT ON COLUMN t.x IS 'a key'", "comment", "t"),
    ],
)
def test_writing_statements_tell_what_they_write(sql, kind, writes):
    statement = read(sql)
    assert (statement.kind, [name.table for name in statement.writes]) == (kind, [writes])
    assert statement.writes_anything


def test_a_schema_is_written_without_a_table():
    assert read("CREATE SCHEMA IF NOT EXISTS clean").writes == (TableName("lake", "clean", ""),)


def test_flags_of_existence_are_told():
    assert read("CREATE OR REPLACE TABLE t AS SELECT 1 AS x").replace
    assert read("CREATE TABLE IF NOT EXISTS t (x bigint)").if_not_exists
    assert read("DROP TABLE IF EXISTS t").if_exists


@pytest.mark.parametrize(
    ("sql", "show"),
    [
        ("SHOW CATALOGS LIKE 'l%'", Show("catalogs", "lake", "raw", like="l%")),
        ("SHOW SCHEMAS FROM ops", Show("schemas", "ops")),
        ("SHOW TABLES", Show("tables", "lake", "raw")),
        (
            "SHOW TABLES FROM ops.x LIKE 'a!%' ESCAPE '!'",
            Show("tables", "ops", "x", "", "a!%", "!"),
        ),
        ("SHOW COLUMNS FROM flights", Show("columns", "lake", "raw", "flights")),
        ("DESCRIBE ops.x.y", Show("columns", "ops", "x", "y")),
        ("SHOW CREATE TABLE flights", CREATED),
    ],
)
def test_show_and_describe_say_what_is_asked(sql, show):
    assert read(sql).show == show


def test_use_and_set_time_zone_say_what_they_want():
    assert dict(read("USE ops.main").session) == {"catalog": "ops", "schema": "main"}
    assert dict(read("SET TIME ZONE 'Asia/Tokyo'").session) == {"zone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELECT 1;\nSELECT 2", 2, 1),
        ("SELECT 1 FROM", 1, 14),
        ("SELECT a,\n  FROM t", 2, 3),
        ("SELECT name::varchar FROM t", 1, 12),
        ("SELECT `name` FROM t", 1, 8),
        ("SELECT 2 ** 3", 1, 11),
        ("SELECT 7 & 3", 1, 10),
        ("SELECT 'open", 1, 8),
        ("FROM t", 1, 1),
        ("SELECT * FROM range(5)", 1, 20),
        ("SELECT * FROM 'x.parquet'", 1, 15),
        ("ATTACH 'x.db' AS y", 1, 1),
        ("COPY t TO 'x.csv'", 1, 1),
        ("PRAGMA version", 1, 1),
        ("SELECT * FROM t LIMIT 5, 10", 1, 24),
        ("SELECT 1abc", 1, 8),
        ("", 1, 1),
        ("-- nothing", 1, 1),
    ],
)
def test_what_is_not_trinos_grammar_is_refused_at_its_place(sql, line, column):
    with pytest.raises(StatementInvalid) as caught:
        read(sql)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_fault_is_shown_with_a_caret_under_it():
    with pytest.raises(StatementInvalid) as caught:
        read("SELECT a\nFROM flights WERE x = 1")
    *_first, line, caret = caught.value.message.splitlines()
    assert line == "FROM flights WERE x = 1"
    assert line[caret.index("^")] == "x"


@pytest.mark.parametrize("depth", [200, 5000])
def test_a_statement_nested_too_deeply_is_refused(depth):
    with pytest.raises(StatementInvalid, match="nested too deeply"):
        read(f"SELECT {'(' * depth}1{')' * depth}")


SOUP = """SELECT FROM WHERE GROUP BY ORDER LIMIT OFFSET WITH AS JOIN ON USING UNION ALL
INTERSECT VALUES CASE WHEN THEN ELSE END NOT NULL IN EXISTS BETWEEN LIKE IS DISTINCT CAST ARRAY
ROW UNNEST OVER PARTITION ROWS RANGE CURRENT FILTER INTERVAL DATE DAY TABLE INSERT INTO UPDATE
SET DELETE CREATE MERGE MATCHED FOR VERSION OF SHOW TABLES DESCRIBE a b t flights count sum 1
2.5 1e0 'x' "q" ( ) , . * + - / % < > = <> || [ ] -> => : ? ; :p X'00' U&'x'"""
WORDS = st.sampled_from(tuple(SOUP.split()))


@settings(deadline=None, max_examples=40)
@given(st.lists(WORDS, max_size=25))
def test_any_soup_of_words_is_read_or_refused(words):
    try:
        read(" ".join(words))
    except QueryError as error:
        if error.line < 1:
            raise AssertionError("a fault without a place") from error


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(MeshError):
        read(text)
