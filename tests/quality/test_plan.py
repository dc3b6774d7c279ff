from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from jupyter_mesh.model.contract import Column, Rule, Severity
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.types import TrinoType

PASSED = Outcome.PASSED
FAILED = Outcome.FAILED
SKIPPED = Outcome.NOT_EVALUATED
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
