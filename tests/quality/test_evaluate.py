from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mesh.errors import QueryCancelled, StatementInvalid
from jupyter_mesh.model.contract import Column, Contract, Rule, Severity
from jupyter_mesh.model.names import TableName
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.tables import Session
from jupyter_mesh.model.types import TrinoType

PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_EVALUATED
MIXED = [3, 3, 4, 4, 4, 5, None]
ALL_NULL = [None, None]


def test_nulls_are_counted_over_all_rows(bench):
    bench.table(carrier=("varchar", ["AA", None, "UA", None]))
    result = bench.rule("nullValues", "carrier")
    assert result.outcome is FAILED
    assert result.observed == 2
    assert result.message == "carrier is null in 2 of 4 rows."
    assert result.rows == ({"carrier": None}, {"carrier": None})


@pytest.mark.parametrize(
    ("operator", "keeps", "breaks"),
    [
        ("mustBe", 1, 2),
        ("mustNotBe", 2, 1),
        ("mustBeGreaterThan", 0, 1),
        ("mustBeGreaterOrEqualTo", 1, 2),
        ("mustBeLessThan", 2, 1),
        ("mustBeLessOrEqualTo", 1, 0),
        ("mustBeBetween", [1, 2], [2, 3]),
        ("mustNotBeBetween", [2, 3], [1, 2]),
    ],
)
@pytest.mark.parametrize("unit", ["rows", "percent"])
@pytest.mark.parametrize(
    ("metric", "column", "arguments"),
    [
        ("nullValues", "n", {}),
        ("missingValues", "m", {"missingValues": ["", "N/A"]}),
        ("invalidValues", "i", {"validValues": ["a", "b"]}),
        ("duplicateValues", "d", {}),
        ("logicalTypeOptions", "i", {"maxLength": 1}),
    ],
)
def test_every_metric_keeps_and_breaks_every_operator(
    bench, operator, keeps, breaks, unit, metric, column, arguments
):
    hundred = range(100)
    bench.table(
        n=("bigint", [None if i == 7 else i for i in hundred]),
        m=("varchar", ["N/A" if i == 7 else None if i > 90 else str(i) for i in hundred]),
        i=("varchar", ["cc" if i == 7 else "a" for i in hundred]),
        d=("bigint", [8 if i == 7 else i for i in hundred]),
    )
    more = {"operator": operator, "unit": unit, "arguments": arguments}
    assert bench.rule(metric, column, threshold=keeps, **more).outcome is PASSED
    broken = bench.rule(metric, column, threshold=breaks, **more)
    assert broken.outcome is FAILED
    assert broken.observed == 1
    assert broken.expected
    if broken.observed and operator != "mustBe":
        assert "; it must" in broken.message


@pytest.mark.parametrize(
    ("operator", "keeps", "breaks"),
    [
        ("mustBe", 7, 6),
        ("mustNotBe", 6, 7),
        ("mustBeGreaterThan", 6, 7),
        ("mustBeGreaterOrEqualTo", 7, 8),
        ("mustBeLessThan", 8, 7),
        ("mustBeLessOrEqualTo", 7, 6),
        ("mustBeBetween", [7, 8], [8, 9]),
        ("mustNotBeBetween", [8, 9], [7, 8]),
    ],
)
def test_the_number_of_rows_keeps_and_breaks_every_operator(bench, operator, keeps, breaks):
    bench.table(x=("bigint", MIXED))
    assert bench.rule("rowCount", operator=operator, threshold=keeps).outcome is PASSED
    assert bench.rule("rowCount", operator=operator, threshold=breaks).outcome is FAILED


def test_duplicates_are_surplus_rows_with_all_three_counts_beside(bench):
    bench.table(x=("bigint", MIXED))
    result = bench.rule("duplicateValues", "x")
    assert result.observed == 3
    assert result.definition["duplicates"] == {"surplus": 3, "rows": 5, "values": 2}
    assert result.message == "x repeats in 3 surplus rows of 6 (2 values in 5 rows)."
    shown = sorted((row["x"], row["occurrences"]) for row in result.rows)
    assert shown == [(3, 2), (4, 3)]


def test_a_compound_key_repeats_only_as_a_whole(bench):
    bench.table(
        a=("bigint", [1, 1, 1, None, None, None]),
        b=("bigint", [1, 2, 2, 1, 1, None]),
    )
    result = bench.rule("duplicateValues", arguments={"properties": ["a", "b"]})
    assert result.observed == 2
    assert result.message.startswith("a and b repeat in 2 surplus rows of 5")


def test_a_column_named_occurrences_does_not_confuse_the_rows(bench):
    bench.table(occurrences=("bigint", [1, 1]))
    assert bench.rule("duplicateValues", "occurrences").rows == (
        {"occurrences": 1, "occurrences_": 2},
    )


@pytest.mark.parametrize("values", [[], ALL_NULL], ids=["empty", "all null"])
def test_map_checks_pass_where_there_is_no_value(bench, values):
    bench.table(x=("varchar", values))
    assert bench.rule("invalidValues", "x", arguments={"validValues": ["a"]}).outcome is PASSED
    assert bench.rule("invalidValues", "x", arguments={"pattern": "a"}).outcome is PASSED
    assert bench.rule("duplicateValues", "x").outcome is PASSED
    limits = {"minLength": 3, "minimum": "b"}
    assert bench.rule("logicalTypeOptions", "x", arguments=limits).outcome is PASSED
    nulls = bench.rule("nullValues", "x", unit="percent")
    assert nulls.observed == (100 if values else 0)


def test_an_empty_table_is_counted_honestly(bench):
    bench.table(x=("bigint", []))
    result = bench.rule("rowCount", operator="mustBeGreaterThan", threshold=0)
    assert result.outcome is FAILED
    assert result.message == "The table has 0 rows; it must be greater than 0."
    average = {"query": "SELECT avg(x) FROM ${table}"}
    result = bench.rule("sql", "x", operator="mustBeGreaterThan", arguments=average)
    assert result.outcome is FAILED
    assert "answers null" in result.message


def test_missing_values_are_those_of_the_list(bench):
    bench.table(x=("varchar", [None, "", "N/A", "a"]))
    listed = {"missingValues": [None, "", "N/A"]}
    assert bench.rule("missingValues", "x", arguments=listed).observed == 3
    assert bench.rule("missingValues", "x", arguments={"missingValues": [""]}).observed == 1
    assert bench.rule("missingValues", "x").observed == 2


def test_a_list_of_missing_values_serves_a_number_too(bench):
    bench.table(x=("bigint", [None, -1, 5]))
    listed = {"missingValues": [None, "", "N/A", -1]}
    assert bench.rule("missingValues", "x", arguments=listed).observed == 2


@pytest.mark.parametrize(
    ("kind", "good", "bad", "valid"),
    [
        ("varchar", "it's", "its", ["it's"]),
        ("varchar", "1", "2", [1]),
        ("bigint", 1, 2, [1, "3"]),
        ("double", 0.1, 0.2, [0.1]),
        ("real", 0.1, 0.2, [0.1]),
        ("decimal(10,2)", Decimal("1.10"), Decimal("1.11"), ["1.1"]),
        ("boolean", True, False, [True]),
        ("date", date(2013, 1, 1), date(2013, 1, 2), ["2013-01-01"]),
        ("date", date(2013, 1, 1), date(2013, 1, 2), [date(2013, 1, 1)]),
        ("timestamp(6)", datetime(2013, 1, 1, 5), datetime(2013, 1, 2), ["2013-01-01T05:00"]),
    ],
)
def test_valid_values_compare_in_the_type_of_the_column(bench, kind, good, bad, valid):
    bench.table(x=(kind, [good, good, bad, None]))
    result = bench.rule("invalidValues", "x", arguments={"validValues": valid})
    assert result.observed == 1
    assert result.message.endswith("in 1 of 3 values.")


def test_a_value_that_is_none_of_the_type_is_said_not_skipped(bench):
    bench.table(x=("bigint", [1]))
    result = bench.rule("invalidValues", "x", arguments={"validValues": [1, "one"]})
    assert result.outcome is SKIPPED
    assert "'one' is no bigint" in result.message


@pytest.mark.parametrize(
    ("kind", "values", "options", "broken"),
    [
        ("bigint", [1, 2, 3, None], {"minimum": 2}, 1),
        ("bigint", [1, 2, 3], {"maximum": 2}, 1),
        ("bigint", [1, 2, 3], {"exclusiveMinimum": 2}, 2),
        ("bigint", [1, 2, 3], {"exclusiveMaximum": 2}, 2),
        ("bigint", [1, 2, 3], {"minimum": 2, "exclusiveMinimum": True}, 2),
        ("bigint", [1, 2, 3], {"minimum": 2, "exclusiveMinimum": False}, 1),
        ("bigint", [1, 2, 3], {"minimum": 1.5}, 1),
        ("bigint", [4, 5, None], {"multipleOf": 2}, 1),
        ("varchar", ["a", "abc"], {"minLength": 2}, 1),
        ("varchar", ["a", "abc"], {"maxLength": 2}, 1),
        ("varchar", ["a1", "b"], {"pattern": "[0-9]"}, 1),
        ("varchar", ["a@b.c", "b"], {"format": "email"}, 1),
        ("varchar", ["10.0.0.1", "300.0.0.1"], {"format": "ipv4"}, 1),
        ("varchar", ["example.org", "-no-"], {"format": "hostname"}, 1),
        ("varchar", ["a", "b"], {"enum": ["a"]}, 1),
        ("varchar", ["a", "bbb", "c"], {"maxLength": 2, "enum": ["a", "bbb"]}, 2),
        ("date", [date(2013, 1, 1), date(2014, 1, 1)], {"maximum": "2013-12-31"}, 1),
        ("date", [date(2013, 1, 1)], {"maximum": "2013-12-31", "format": "yyyy-MM-dd"}, 0),
        ("decimal(5,2)", [Decimal("1.10"), Decimal("1.05")], {"multipleOf": 0.1}, 1),
        ("timestamp(6)", [datetime(2013, 1, 1)], {"minimum": "2013-01-02"}, 1),
    ],
)
def test_options_limit_values(bench, kind, values, options, broken):
    bench.table(x=(kind, values))
    result = bench.rule("logicalTypeOptions", "x", arguments=options)
    assert result.observed == broken, result.message
    assert len(result.rows) == broken


@pytest.mark.parametrize("limit", [{"minimum": 0}, {"maximum": 5}, {"exclusiveMaximum": 5}])
def test_what_is_not_a_number_is_outside_every_limit(bench, limit):
    if bench.engine.name == "duck":
        # DuckDB's own NaN equals itself and is above all numbers; Trino's is not.
        limit = {"maximum": 5}
    bench.table(x=("double", [math.nan, 1.0, None]))
    result = bench.rule("logicalTypeOptions", "x", arguments=limit)
    assert result.observed == 1
    assert [row["x"] for row in result.rows] == ["NaN"]


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("bigint", {"maxLength": 3}, "has no length"),
        ("varchar", {"flavour": 3}, "the option flavour is not known"),
        ("varchar", {"format": "isbn"}, "the format isbn is not known"),
        ("varchar", {"maxLength": "x"}, "is no length"),
        ("bigint", {"multipleOf": 0}, "multiple of 0"),
        ("double", {"multipleOf": 2}, "not exact"),
        ("varchar", {"enum": "abc"}, "not a list"),
        ("bigint", {"minimum": "low"}, "is no bigint"),
        ("varchar", {}, "names no option"),
    ],
)
def test_an_option_that_cannot_be_held_is_not_evaluated(bench, kind, options, reason):
    bench.table(x=(kind, []))
    result = bench.rule("logicalTypeOptions", "x", arguments=options)
    assert result.outcome is SKIPPED
    assert reason in result.message


def test_values_without_counterpart_are_found(bench):
    bench.table(name="airlines", code=("varchar", ["AA", "UA", "UA", None]))
    bench.table(carrier=("varchar", ["AA", "UA", "ZZ", None]), n=("bigint", [1, 2, 3, 4]))
    result = bench.rule("relationship", "carrier", arguments={"to": "airlines.code"})
    assert result.observed == 1
    assert result.rows == ({"carrier": "ZZ", "n": 3},)
    assert "in 1 of 3 rows" in result.message
    full = {"to": f"lake.{bench.schema}.airlines.code"}
    assert bench.rule("relationship", "carrier", arguments=full).observed == 1


def test_a_relationship_of_two_columns_holds_for_the_pair(bench):
    bench.table(name="legs", a=("varchar", ["JFK", "EWR"]), b=("varchar", ["LAX", "SFO"]))
    bench.table(
        o=("varchar", ["JFK", "JFK", "JFK"]),
        d=("varchar", ["LAX", "SFO", None]),
    )
    pair = {"columns": ["o", "d"], "to": ["legs.a", "legs.b"]}
    result = bench.rule("relationship", arguments=pair)
    assert result.observed == 1
    assert result.rows == ({"o": "JFK", "d": "SFO"},)


def test_a_relationship_to_a_table_that_is_not_there_is_not_evaluated(bench):
    bench.table(x=("bigint", [1]), y=("bigint", [1]))
    lost = Rule("lost", "relationship", "x", arguments={"to": "nowhere.id"})
    twice = Rule("twice", "duplicateValues", "y")
    results = bench.check(lost, twice)[-2:]
    assert [result.outcome for result in results] == [SKIPPED, PASSED]
    assert "nowhere" in results[0].message


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


def test_types_that_iceberg_stores_otherwise_are_taken_for_what_they_are(bench):
    bench.table(
        a=("varchar", ["abc", "ab"]),
        b=("integer", [40_000, 1]),
        c=("timestamp(6)", [None, None]),
        d=("varchar", ["{}", "{}"]),
    )
    promised = ("varchar(2)", "smallint", "timestamp(3)", "json")
    columns = tuple(
        Column(name, TrinoType.parse(kind)) for name, kind in zip("abcd", promised, strict=True)
    )
    results = {result.column: result for result in bench.check(columns=columns)}
    assert results["a"].message == "a is longer than 2 in 1 of 2 values."
    assert results["a"].rows[0]["a"] == "abc"
    assert results["b"].message == "b is out of the range of smallint in 1 of 2 values."
    assert results["c"].outcome is PASSED
    assert results["d"].outcome is PASSED


def test_missing_unexpected_and_wrongly_typed_columns_are_named(bench):
    bench.table(a=("varchar", []), extra=("bigint", []))
    columns = (Column("a", TrinoType("bigint")), Column("b", TrinoType("bigint"), True))
    a, b, extra, required = bench.check(columns=columns)
    assert (a.outcome, a.message) == (FAILED, "a is varchar; the contract promises bigint.")
    assert (b.outcome, b.message) == (FAILED, "There is no column b.")
    assert (extra.outcome, extra.observed) == (FAILED, ["extra"])
    assert (required.outcome, required.rule) == (SKIPPED, "b.required")
    assert "there is no column b in" in required.message


def test_required_unique_and_key_are_promises_of_their_own(bench):
    bench.table(a=("bigint", [1, 1, None]), b=("varchar", ["x", "x", "y"]))
    columns = bench.flags(a={"primary_key": True, "unique": True}, b={"primary_key": True})
    results = {result.rule: result for result in bench.check(columns=columns)}
    assert results["a.required"].observed == 1
    assert results["b.required"].outcome is PASSED
    assert results["a.unique"].observed == 1
    assert results["primary-key"].observed == 1
    assert results["primary-key"].rows == ({"a": 1, "b": "x", "occurrences": 2},)


def test_severity_decides_what_a_broken_rule_is(bench):
    bench.table(x=("bigint", [None]))
    broken = [bench.rule("nullValues", "x", severity=severity) for severity in Severity]
    assert [result.outcome for result in broken] == [FAILED, Outcome.WARNED, Outcome.WARNED]
    assert [result.severity for result in broken] == list(Severity)


def test_what_nobody_can_evaluate_says_why(bench):
    bench.table(x=("bigint", []))
    text = bench.rule("text", description="Delays are plausible.")
    assert (text.outcome, text.severity) == (SKIPPED, Severity.INFO)
    assert "Delays are plausible" in text.message
    soda = bench.rule("custom", arguments={"engine": "soda", "implementation": "..."})
    assert soda.message == "it was not evaluated: it is written for soda."
    strange = bench.rule("freshness")
    assert "there is no metric freshness" in strange.message


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"operator": "mustBeRound"}, "there is no operator mustBeRound"),
        ({"operator": "mustBeBetween", "threshold": 5}, "needs two values"),
        ({"operator": "mustBeBetween", "threshold": [5, 1]}, "wrong way round"),
        ({"threshold": [1, 2]}, "needs a single value"),
        ({"threshold": "many"}, "needs a number"),
        ({"threshold": None}, "needs a single value"),
    ],
)
def test_a_rule_that_contradicts_itself_is_not_evaluated(bench, more, reason):
    bench.table(x=("bigint", [1]))
    result = bench.rule("nullValues", "x", **more)
    assert result.outcome is SKIPPED
    assert reason in result.message


def test_a_pattern_the_engine_refuses_spoils_no_other_check(bench):
    bench.table(x=("varchar", ["a", None]))
    rules = [Rule(f"r{i}", "nullValues", "x", threshold=i) for i in range(10)]
    rules.insert(4, Rule("bad", "invalidValues", "x", arguments={"pattern": "("}))
    results = {result.rule: result for result in bench.check(*rules)}
    assert results["bad"].outcome is SKIPPED
    assert results["r1"].outcome is PASSED
    assert results["r0"].outcome is FAILED
    assert len(results) == 13


def test_forty_mixed_rules_take_at_most_three_statements(bench):
    bench.table(
        a=("bigint", list(range(50))),
        b=("varchar", ["x"] * 50),
        c=("double", [0.5] * 50),
        d=("varchar", [f"v{i}" for i in range(50)]),
    )
    rules = [
        rule
        for number in range(6)
        for rule in (
            Rule(f"n{number}", "nullValues", "abcd"[number % 4]),
            Rule(f"m{number}", "missingValues", "bd"[number % 2]),
            Rule(f"v{number}", "invalidValues", "b", arguments={"validValues": ["x", number]}),
            Rule(f"p{number}", "invalidValues", "d", arguments={"pattern": f"v[0-9]|{number}"}),
            Rule(f"o{number}", "logicalTypeOptions", "c", arguments={"maximum": 1 + number}),
            Rule(f"r{number}", "rowCount", operator="mustBeGreaterThan", threshold=number),
        )
    ]
    rules += [Rule(f"u{i}", "duplicateValues", "ad"[i % 2]) for i in range(4)]
    bench.engine.statements.clear()
    results = bench.check(*rules)
    assert len(rules) == 40
    assert {result.outcome for result in results} == {PASSED}
    assert len(bench.engine.statements) <= 3


def test_a_very_wide_contract_is_split(bench):
    bench.table(x=("bigint", [1]))
    limits = [
        Rule(f"r{i}", "logicalTypeOptions", "x", arguments={"maximum": i})
        for i in range(1, 500)
    ]
    bench.engine.statements.clear()
    results = bench.check(*limits)
    assert len(results) == 501
    assert len(bench.engine.statements) == 3


def test_only_broken_rules_are_looked_at_twice(bench):
    bench.table(x=("bigint", [1, None]), y=("bigint", [1, 1]))
    bench.engine.statements.clear()
    bench.check(Rule("x", "nullValues", "x"), Rule("y", "nullValues", "y"))
    assert len(bench.engine.statements) == 2


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


@pytest.mark.parametrize(
    "name",
    [
        '"; DROP TABLE x; --',
        'say "hi"',
        "été ✈",
        "select",
        "a.b",
        "${table}",
        "{column}",
        "m0",
        "n",
    ],
)
def test_no_name_is_too_strange(bench, name):
    bench.named_table("", {name: ("varchar", ["a", None, "a"]), "id": ("bigint", [1, 2, 3])})
    name = bench.snapshot.columns[0].name
    assert bench.rule("nullValues", name).observed == 1
    assert bench.rule("duplicateValues", name).observed == 1
    assert bench.rule("invalidValues", name, arguments={"validValues": ["b"]}).observed == 2
    query = {"query": "SELECT count({column}) FROM {table}"}
    assert bench.rule("sql", name, arguments=query).observed == 2
    assert bench.rule("nullValues", name).rows[0] == {name: None, "id": 2}


@pytest.mark.parametrize(
    "value", ["'", "''; DROP TABLE x; --", '"', "é\n", "\\", "%_", "${table}"]
)
def test_no_value_is_too_strange(bench, value):
    bench.table(x=("varchar", [value, "other"]))
    assert bench.rule("invalidValues", "x", arguments={"validValues": [value]}).observed == 1
    listed = {"missingValues": [value]}
    assert bench.rule("missingValues", "x", arguments=listed).observed == 1


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


def test_every_statement_reads_exactly_the_snapshot(bench):
    snapshot = bench.table(x=("bigint", [None]))
    bench.engine.sessions.clear()
    session = Session(Actor("ann"), branch="run-1")
    contract = Contract("c", snapshot.columns, (Rule("it", "nullValues", "x"),))
    bench.evaluator.check("port", snapshot, contract, session)
    assert len(bench.engine.sessions) == 2
    for seen in bench.engine.sessions:
        assert seen.pins == {snapshot.table: snapshot}
        assert seen.branch == "run-1"


def test_a_cancelled_check_stops_everything(bench):
    bench.table(x=("bigint", [1]))

    def stop(sql, session, parameters=None, ticket=None):
        raise QueryCancelled("Stopped.")

    bench.engine.query = stop
    with pytest.raises(QueryCancelled):
        bench.rule("nullValues", "x")
    with pytest.raises(QueryCancelled):
        bench.rule("sql", arguments={"query": "SELECT 0"})


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=st.lists(st.none() | st.integers(-3, 3), max_size=30))
def test_counts_equal_plain_python(bench, values):
    bench.table(x=("bigint", values))
    there = [value for value in values if value is not None]
    expected = {
        "nulls": len(values) - len(there),
        "few": sum(value not in {0, 1} for value in there),
        "low": sum(value < 1 for value in there),
        "surplus": len(there) - len(set(there)),
        "rows": len(values),
    }
    rules = (
        Rule("nulls", "nullValues", "x"),
        Rule("few", "invalidValues", "x", arguments={"validValues": [0, 1, None]}),
        Rule("low", "logicalTypeOptions", "x", arguments={"minimum": 1}),
        Rule("surplus", "duplicateValues", "x"),
        Rule("rows", "rowCount"),
    )
    results = bench.check(*rules)[-5:]
    assert {result.rule: result.observed for result in results} == expected
    for result in results:
        assert (result.outcome is PASSED) == (expected[result.rule] == 0)
