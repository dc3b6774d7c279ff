from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mesh.errors import QueryCancelled
from jupyter_mesh.model.contract import Contract, Rule, Severity
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.tables import Session

PASSED = Outcome.PASSED
FAILED = Outcome.FAILED
SKIPPED = Outcome.NOT_EVALUATED


def test_severity_decides_what_a_broken_rule_is(bench):
    bench.table(x=("bigint", [None]))
    broken = [bench.rule("nullValues", "x", severity=severity) for severity in Severity]
    assert [result.outcome for result in broken] == [FAILED, Outcome.WARNED, Outcome.WARNED]
    assert [result.severity for result in broken] == list(Severity)


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
