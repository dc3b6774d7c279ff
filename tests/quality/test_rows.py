from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from jupyter_mesh.errors import StatementInvalid
from jupyter_mesh.model.contract import Column, Rule
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.types import TrinoType

PASSED = Outcome.PASSED
FAILED = Outcome.FAILED


def test_a_column_named_occurrences_does_not_confuse_the_rows(bench):
    bench.table(occurrences=("bigint", [1, 1]))
    assert bench.rule("duplicateValues", "occurrences").rows == (
        {"occurrences": 1, "occurrences_": 2},
    )


def test_failing_rows_show_the_key_and_the_offending_column_first(bench):
    wide = {f"c{i:02}": ("bigint", [i]) for i in range(30)}
    bench.table(**wide, id=("bigint", [1]), x=("bigint", [None]))
    result = bench.check(
        Rule("it", "nullValues", "x"), columns=bench.flags(id={"primary_key": True})
    )[-1]
    (row,) = result.rows
    assert list(row)[:2] == ["id", "x"]
    assert len(row) == 8


def test_a_verdict_stands_without_its_examples(bench):
    bench.table(x=("bigint", [None]))
    run = bench.engine.query

    def no_examples(sql, session, parameters=None, ticket=None):
        if "LIMIT" in sql:
            raise StatementInvalid("No examples today.")
        return run(sql, session)

    bench.engine.query = no_examples
    result = bench.rule("nullValues", "x")
    assert (result.outcome, result.observed, result.rows) == (FAILED, 1, ())


def test_a_column_that_no_contract_knows_is_not_shown(bench):
    bench.table(x=("bigint", [None]), mail=("varchar", ["ann@x"]))
    columns = tuple(c for c in bench.snapshot.columns if c.name == "x")
    result = bench.check(Rule("it", "nullValues", "x"), columns=columns)[-1]
    assert result.rows == ({"x": None},)


def test_names_of_columns_know_no_case(bench):
    bench.table(mail=("varchar", ["ann@x", "ann@x"]), n=("bigint", [None, 1]))
    columns = (
        Column("Mail", TrinoType("varchar"), classification="pii", unique=True),
        Column("N", TrinoType("bigint"), primary_key=True),
    )
    pair = Rule("pair", "duplicateValues", arguments={"properties": ["MAIL", "N"]})
    results = {result.rule: result for result in bench.check(pair, columns=columns)}
    assert results["mail.type"].outcome is PASSED
    assert results["columns"].outcome is PASSED
    assert results["mail.unique"].rows == ({"mail": "•••", "occurrences": 2},)
    assert results["n.required"].rows == ({"n": None, "mail": "•••"},)
    assert results["pair"].outcome is PASSED


def test_at_most_twenty_rows_are_kept(bench):
    bench.table(x=("bigint", [None] * 50))
    assert len(bench.rule("nullValues", "x").rows) == 20


@pytest.mark.parametrize("word", ["restricted", "Confidential", "PII", "sensitive-personal"])
def test_sensitive_columns_are_masked(bench, word):
    bench.table(mail=("varchar", ["ann@x", None]), n=("bigint", [None, None]))
    columns = bench.flags(mail={"classification": word})
    result = bench.check(Rule("it", "nullValues", "n"), columns=columns)[-1]
    assert result.rows == ({"n": None, "mail": "•••"}, {"n": None, "mail": None})
    columns = bench.flags(mail={"classification": word, "unique": True})
    bench.table(mail=("varchar", ["ann@x", "ann@x"]))
    result = bench.check(columns=columns)[-1]
    assert result.rows == ({"mail": "•••", "occurrences": 2},)


def test_public_columns_are_not_masked(bench):
    bench.table(x=("varchar", [None]), y=("varchar", ["seen"]))
    columns = bench.flags(y={"classification": "public"})
    assert (
        bench.check(Rule("it", "nullValues", "x"), columns=columns)[-1].rows[0]["y"] == "seen"
    )


def test_rows_and_figures_are_plain_json(bench):
    bench.table(
        x=("bigint", [None]),
        d=("decimal(10,2)", [Decimal("1.10")]),
        t=("date", [date(2013, 1, 1)]),
        f=("double", [math.nan]),
    )
    (row,) = bench.rule("nullValues", "x").rows
    assert row == {"x": None, "d": "1.10", "t": "2013-01-01", "f": "NaN"}
    query = {"query": "SELECT sum(d) FROM ${table}"}
    assert bench.rule("sql", arguments=query).observed == "1.10"
    valid = {"validValues": [date(2013, 1, 1)]}
    definition = bench.rule("invalidValues", "t", arguments=valid).definition
    assert definition["arguments"] == {"validValues": ["2013-01-01"]}
    assert definition["severity"] == "critical"
