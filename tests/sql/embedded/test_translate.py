"""What a translation promises as a whole: values as values, places of faults, refusals."""

from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mesh.errors import QueryError, StatementInvalid, StatementNotSupported
from jupyter_mesh.sql import embedded, reading

VALUES = (
    st.text()
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.binary()
    | st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    )
)


@settings(deadline=None, max_examples=40)
@given(VALUES)
def test_a_parameter_comes_back_as_the_value_it_was(duck, value):
    assert duck.rows("SELECT :v", {"v": value}) == [(value,)]


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet="'\";-:$\\x\0) ") | st.just("'); DROP TABLE nation; --"))
def test_a_parameter_never_becomes_text_of_the_statement(duck, value):
    written = duck.translate("SELECT name FROM nation WHERE name = :v", {"v": value})
    assert written.parameters == [value]
    assert "$1" in written.sql
    assert value not in written.sql or len(value) < 3 or value.isspace()
    assert duck.rows("SELECT name FROM nation WHERE name = :v", {"v": value}) == []


@settings(deadline=None, max_examples=40)
@given(st.text())
def test_a_text_literal_comes_back_as_it_was_written(duck, value):
    quoted = value.replace("'", "''")
    assert duck.value(f"'{quoted}'") == value


def test_parameters_keep_their_places_when_a_clause_moves(duck):
    sql = "SELECT nationkey + :a FROM nation WHERE nationkey < :b ORDER BY 1 OFFSET :o LIMIT :l"
    assert duck.rows(sql, {"l": 2, "o": 1, "b": 20, "a": 100}) == [(101,), (102,)]


def test_parameters_have_the_types_of_their_values(duck):
    types = {
        1: "integer",
        2**40: "bigint",
        Decimal("1.50"): "decimal(3,2)",
        "x": "varchar",
        date(2026, 1, 1): "date",
        datetime(2026, 1, 1): "timestamp(6)",
        datetime(
            2026, 1, 1, tzinfo=timezone(timedelta(hours=2))
        ): "timestamp(6) with time zone",
        None: "unknown",
        (1, 2): "array(integer)",
    }
    for value, wanted in types.items():
        written = duck.translate("SELECT :v", {"v": value})
        assert str(written.columns[0].type) == wanted


def test_a_missing_parameter_is_named(duck):
    with pytest.raises(StatementInvalid, match="no value for the parameter :day"):
        duck.translate("SELECT :day", {"week": 1})


@pytest.mark.parametrize(
    ("sql", "line", "column", "remedy"),
    [
        ("SELECT nam FROM nation", 1, 8, "Did you mean name"),
        ("SELECT 1,\n n.nme FROM nation n", 2, 2, "Did you mean n.name"),
        ("SELECT * FROM nation WHERE nationkey", 1, 28, ""),
        ("SELECT regionkey, name FROM nation GROUP BY regionkey", 1, 19, "max()"),
        ("SELECT name FROM nation, region", 1, 8, "relation's name"),
        ("SELECT 1 = '1'", 1, 10, ""),
        ("SELECT lenght(name) FROM nation", 1, 8, "Did you mean length"),
        ("SELECT 1 UNION SELECT 'a'", 1, 10, ""),
    ],
)
def test_a_wrong_statement_is_told_with_place_and_remedy(duck, sql, line, column, remedy):
    with pytest.raises(StatementInvalid) as caught:
        duck.translate(sql)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("SELECT kurtosis(nationkey) FROM nation", "kurtosis"),
        (
            "SELECT * FROM nation MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS true)",
            "MATCH_RECOGNIZE",
        ),
        ("SELECT * FROM TABLE(sequence(1, 3))", "table functions"),
        ("SELECT TIMESTAMP '2026-01-01 00:00:00.1234567'", "6 digits"),
        ("SELECT TIME '10:00:00 +02:00'", "time with time zone"),
        ("SELECT json_value('{}', 'lax $.a')", "json_value"),
    ],
)
def test_what_is_not_known_to_be_right_is_refused_by_name(duck, sql, construct):
    with pytest.raises(StatementNotSupported) as caught:
        duck.translate(sql)
    assert construct in caught.value.construct
    assert caught.value.line == 1
    assert caught.value.column > 1


@pytest.mark.parametrize(
    "name",
    [
        "read_csv",
        "read_text",
        "getenv",
        "duckdb_settings",
        "query",
        "pg_ls_dir",
        "load_extension",
    ],
)
def test_no_function_of_duckdb_gets_through(duck, name):
    with pytest.raises(StatementInvalid):
        duck.translate(f"SELECT {name}('/etc/passwd')")


def test_no_macro_of_our_own_gets_through(duck):
    with pytest.raises(StatementInvalid):
        duck.translate("SELECT mesh_divide(1, 2)")


def test_columns_may_share_a_name_or_have_none(duck):
    written = duck.translate('SELECT 1 AS a, 2 AS a, 3, name AS "a b" FROM nation')
    assert [column.name for column in written.columns] == ["a", "a", "_col2", "a b"]


def test_the_one_zone_of_a_column_is_told(duck):
    written = duck.translate(
        "SELECT TIMESTAMP '2026-01-01 00:00:00 Asia/Tokyo', now(), 1", zone="Europe/Berlin"
    )
    assert written.zones == ("Asia/Tokyo", "Europe/Berlin", "")


def test_values_of_several_zones_in_one_column_are_refused(duck):
    with pytest.raises(StatementNotSupported, match="several time zones"):
        duck.translate(
            "VALUES TIMESTAMP '2026-01-01 00:00:00 UTC', TIMESTAMP '2026-01-01 00:00:00 +02:00'"
        )


def test_the_reason_of_an_error_raised_on_the_way_is_trinos(duck):
    for sql, why in [
        ("SELECT nationkey / (nationkey - nationkey) FROM nation", "Division by zero"),
        (
            "SELECT ARRAY[1][2]",
            "Array subscript must be less than or equal to array length: 2 > 1",
        ),
        ("SELECT CAST(name AS bigint) FROM nation", "Cannot cast to bigint: ALGERIA"),
    ]:
        with pytest.raises(Exception, match="mesh: ") as caught:
            duck.rows(sql)
        assert embedded.reason(str(caught.value)) == why


EXPRESSIONS = st.recursive(
    st.sampled_from(
        ["nationkey", "name", "1", "2.5", "1e0", "'x'", "NULL", "true", "DATE '2024-01-31'"]
    ),
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "%", "=", "<", "<>", "||", "AND"]),
            inner,
        ),
        st.builds(
            "{}({})".format,
            st.sampled_from(["abs", "length", "upper", "sum", "count", "max"]),
            inner,
        ),
        st.builds(
            "CAST({} AS {})".format,
            inner,
            st.sampled_from(["bigint", "varchar", "double", "date"]),
        ),
        st.builds("coalesce({}, {})".format, inner, inner),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        st.builds("ARRAY[{}, {}]".format, inner, inner),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=40)
@given(EXPRESSIONS)
def test_any_expression_is_answered_or_refused(duck, expression):
    try:
        written = duck.translate(f"SELECT {expression} FROM nation")
    except QueryError:
        return
    # Values may be wrong; what was translated must be understood by DuckDB.
    with suppress(duckdb.ConversionException, duckdb.OutOfRangeException):
        duck.connection.execute(written.sql, written.parameters).fetchall()


def test_a_relation_may_be_any_query(duck):
    statement = reading.parse("SELECT count(*) FROM lake.raw.t WHERE a > 1")
    columns = duck.translate("SELECT 1 AS a").columns
    source = embedded.Relation("(SELECT unnest([1, 2, 3]) AS a)", columns)
    written = embedded.translate(statement, {statement.reads[0]: source})
    assert duck.connection.execute(written.sql).fetchall() == [(2,)]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 AS x FROM nation HAVING count(*) > 1", [(1,)]),
        ("SELECT -nationkey AS nationkey FROM nation ORDER BY nationkey LIMIT 1", [(-24,)]),
        ("SELECT sum(nationkey) AS nationkey FROM nation ORDER BY sum(nationkey)", [(300,)]),
        ("SELECT count(*) FROM nation WHERE name LIKE '%\\%'", [(0,)]),
        ('SELECT json_extract_scalar(\'{"a": {"b": [1, "x"]}}\', \'$.a.b[1]\')', [("x",)]),
        ("SELECT map_agg(regionkey, name)[4] FROM nation WHERE nationkey = 4", [("EGYPT",)]),
        ("SELECT (SELECT 1, 'x')[2]", [("x",)]),
        ("SELECT approx_percentile(nationkey, 0.5) FROM nation", [(12,)]),
        ("SELECT current_catalog, current_schema", [("tpch", "tiny")]),
        (
            "SELECT CAST(with_timezone(TIMESTAMP '2024-11-03 01:30:00', 'America/New_York') "
            "AT TIME ZONE 'UTC' AS varchar)",
            [("2024-11-03 05:30:00 UTC",)],
        ),
    ],
)
def test_answers_that_are_easy_to_get_wrong(duck, sql, rows):
    assert duck.rows(sql) == rows


def test_a_column_beside_having_must_be_grouped(duck):
    with pytest.raises(StatementInvalid, match="'name' must be an aggregate expression"):
        duck.translate("SELECT name FROM nation HAVING true")
