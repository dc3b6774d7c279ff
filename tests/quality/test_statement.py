from __future__ import annotations

from datetime import date

import pytest

from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.quality import Outcome

PASSED = Outcome.PASSED
FAILED = Outcome.FAILED
SKIPPED = Outcome.NOT_EVALUATED


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM ${table} WHERE ${column} < 0",
        "SELECT count(*) FROM {object} WHERE {property} < 0;",
        'SELECT count(*) FROM {table} WHERE "{column}" < 0 -- ; not the end',
        "WITH bad AS (SELECT * FROM {table} WHERE {column} < 0) SELECT count(*) FROM bad",
    ],
)
def test_every_spelling_of_a_placeholder_is_taken(bench, query):
    bench.table(**{"the price": ("bigint", [-1, 2, None])})
    result = bench.rule("sql", "the price", arguments={"query": query})
    assert result.observed == 1
    assert result.message == "it answers 1."


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("DROP TABLE ${table}", "not a SELECT"),
        ("SELECT 1; DROP TABLE ${table}", "more than one statement"),
        ("SELECT ';'; SELECT 2", "more than one statement"),
        ("SELECT ${colour} FROM ${table}", "${colour}"),
        ("SELECT 1, 2", "exactly one value"),
        ("SELECT x FROM ${table}", "exactly one value"),
        ("SELECT x FROM ${table} WHERE FALSE", "exactly one value"),
        ("SELECT nothing FROM ${table}", "nothing"),
        ("SELECT count(*) FROM", "was not evaluated"),
        ("", "no query"),
        (None, "no query"),
        ("SELECT 'soon'", "cannot be compared"),
    ],
)
def test_a_statement_that_is_no_check_is_not_evaluated(bench, query, reason):
    bench.table(x=("bigint", [1, 2]))
    result = bench.rule("sql", arguments={"query": query})
    assert result.outcome is SKIPPED
    assert reason in result.message
    assert "\n" not in result.message


def test_a_statement_that_the_engine_sees_writing_is_not_run(bench):
    bench.table(x=("bigint", [1]))
    bench.engine.writes = (TableName("lake", "test", "t0"),)
    before = len(bench.engine.statements)
    result = bench.rule("sql", arguments={"query": "SELECT 0"})
    assert result.outcome is SKIPPED
    assert "SELECT 0" not in bench.engine.statements[before:]


def test_answers_of_other_kinds_keep_thresholds_of_their_kind(bench):
    bench.table(d=("date", [date(2013, 1, 1), date(2013, 12, 31)]))
    newest = {"query": "SELECT max(d) FROM ${table}"}
    since = {"operator": "mustBeGreaterOrEqualTo", "arguments": newest}
    assert bench.rule("sql", threshold="2013-12-31", **since).outcome is PASSED
    assert bench.rule("sql", threshold=date(2014, 1, 1), **since).outcome is FAILED
    truth = {"query": "SELECT count(*) > 1 FROM ${table}"}
    assert bench.rule("sql", threshold=True, arguments=truth).outcome is PASSED
    share = {"query": "SELECT CAST(0.1 AS decimal(5,2))"}
    assert bench.rule("sql", threshold=0.1, arguments=share).outcome is PASSED
