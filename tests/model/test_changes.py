"""The table of version bumps, as a corpus of labelled changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mesh.model.changes import contract_change, product_change
from jupyter_mesh.model.contract import Column, Contract, Rule, Severity
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.model.versions import Change

NONE, PATCH, MINOR, MAJOR = Change
WARNING, INFO = Severity.WARNING, Severity.INFO


def col(name="x", kind="bigint", **facts):
    return Column(name, TrinoType.parse(kind), **facts)


def rule(metric="nullValues", operator="mustBe", threshold=0, name="", **facts):
    facts = {"column": "x", **facts}
    return Rule(
        name or f"{metric}-rule", metric, operator=operator, threshold=threshold, **facts
    )


def opt(key, value, **facts):
    return Rule(f"x-{key}", "logicalTypeOptions", "x", arguments={key: value}, **facts)


def valid(*values, **facts):
    return rule("invalidValues", arguments={"validValues": list(values)}, **facts)


def of(*parts, **facts):
    """A contract of columns and rules in one row; without columns, of one column x."""
    columns = tuple(part for part in parts if isinstance(part, Column)) or (col(),)
    rules = tuple(part for part in parts if isinstance(part, Rule))
    return Contract("c", columns, rules, **facts)


ROWS = rule("rowCount", "mustBeGreaterThan", 10, column="")
SQL = rule("sql", arguments={"query": "SELECT count(*) FROM {object}"})
X_Y = (col(), col("y"))
NOT_NEAR = "mustNotBeBetween"
CORPUS = [
    # columns
    (of(), of(), NONE, ""),
    (of(*X_Y), of(), MAJOR, "column y was removed"),
    (of(), of(*X_Y), MINOR, "column y (bigint) was added"),
    (of(), of(col(), col("y", required=True)), MINOR, "column y (bigint) was added"),
    (of(), of(col("z")), MAJOR, "column x was removed"),
    (of(*X_Y), of(*reversed(X_Y)), PATCH, "another order"),
    # types
    (of(col(kind="integer")), of(col(kind="bigint")), MINOR, "widened from integer to bigint"),
    (of(col(kind="bigint")), of(col(kind="integer")), MAJOR, "changed from bigint to integer"),
    (of(col(kind="real")), of(col(kind="double")), MINOR, "widened from real to double"),
    (of(col(kind="decimal(9,2)")), of(col(kind="decimal(12,2)")), MINOR, "widened"),
    (of(col(kind="decimal(9,2)")), of(col(kind="decimal(12,3)")), MAJOR, "changed"),
    (of(col(kind="varchar(5)")), of(col(kind="varchar")), MINOR, "widened"),
    (of(col(kind="varchar")), of(col(kind="varchar(5)")), MAJOR, "changed"),
    (of(col(kind="bigint")), of(col(kind="varchar")), MAJOR, "changed from bigint to varchar"),
    (of(col(kind="timestamp(3)")), of(col(kind="timestamp(6)")), MINOR, "widened"),
    (
        of(col(kind="timestamp(6)")),
        of(col(kind="timestamp(6) with time zone")),
        MAJOR,
        "with time zone",
    ),
    (of(col(kind="INT")), of(col(kind="integer")), NONE, ""),
    (
        of(col(kind="row(a bigint)")),
        of(col(kind="row(a bigint, b date)")),
        MINOR,
        "field b (date) of column x was added",
    ),
    (
        of(col(kind="row(a bigint, b date)")),
        of(col(kind="row(a bigint)")),
        MAJOR,
        "field b of column x was removed",
    ),
    (
        of(col(kind="array(integer)")),
        of(col(kind="array(bigint)")),
        MINOR,
        "the items of column x was widened",
    ),
    (
        of(col(kind="map(varchar, row(a bigint))")),
        of(col(kind="map(varchar, row(a date))")),
        MAJOR,
        "field a of the values of column x changed",
    ),
    (of(col(kind="array(date)")), of(col(kind="map(date, date)")), MAJOR, "changed from array"),
    # flags and keys
    (of(col(required=True)), of(), MAJOR, "column x is no longer required"),
    (of(), of(col(required=True)), MINOR, "column x is now required"),
    (of(col(unique=True)), of(), MAJOR, "column x is no longer unique"),
    (of(), of(col(unique=True)), MINOR, "column x is now unique"),
    (of(col(primary_key=True)), of(), MAJOR, "the primary key (x) was dropped"),
    (of(), of(col(primary_key=True)), MINOR, "the primary key (x) was added"),
    (
        of(col(primary_key=True), col("y")),
        of(col(primary_key=True), col("y", primary_key=True)),
        MAJOR,
        "the primary key changed from (x) to (x, y)",
    ),
    # a flag and its rule say the same
    (of(col(required=True)), of(rule("nullValues")), NONE, ""),
    (of(rule("nullValues")), of(col(required=True)), PATCH, "now said by another"),
    (of(col(unique=True)), of(rule("duplicateValues")), NONE, ""),
    (of(col(required=True)), of(rule("nullValues", severity=WARNING)), MAJOR, "no longer"),
    # meaning
    (of(col(unit="min")), of(col(unit="h")), MAJOR, "unit of column x changed from min to h"),
    (of(col(unit="min")), of(), MAJOR, "the unit of column x is no longer said"),
    (of(), of(col(unit="min")), MINOR, "column x says its unit, min"),
    (
        of(),
        of(col(classification="pii")),
        MAJOR,
        "classification of column x changed from none",
    ),
    (of(col(classification="a")), of(col(classification="b")), MAJOR, "from a to b"),
    (of(), of(col(description="d")), PATCH, "column x is described anew"),
    (of(), of(col(tags=("t",))), PATCH, "column x has other tags"),
    (of(col(tags=("a", "b"))), of(col(tags=("b", "a"))), NONE, ""),
    # rules come and go
    (of(ROWS), of(), MAJOR, "rule rowCount-rule was removed"),
    (of(), of(ROWS), MINOR, "rule rowCount-rule was added: rowCount more than 10"),
    (of(SQL), of(), MAJOR, "rule sql-rule was removed"),
    (of(rule(severity=INFO)), of(), PATCH, "for information, was removed"),
    (of(), of(rule(severity=INFO)), PATCH, "for information, was added"),
    (of(), of(rule("text", "")), PATCH, "for information, was added"),
    (of(rule(name="a")), of(rule(name="b")), PATCH, "rule a is now said by another"),
    (of(rule(description="a")), of(rule(description="b")), PATCH, "is written anew"),
    # rules move
    (
        of(ROWS),
        of(replace(ROWS, threshold=5)),
        MAJOR,
        "more than 10 became rowCount more than 5",
    ),
    (of(ROWS), of(replace(ROWS, threshold=20)), MINOR, "rule rowCount-rule was tightened"),
    (
        of(ROWS),
        of(replace(ROWS, operator="mustBeGreaterOrEqualTo", threshold=11)),
        PATCH,
        "written anew",
    ),
    (
        of(ROWS),
        of(replace(ROWS, operator="mustBeBetween", threshold=[50, 90])),
        MINOR,
        "tightened",
    ),
    (of(ROWS), of(replace(ROWS, operator="mustBeLessThan")), MAJOR, "was changed"),
    (of(rule("nullValues", "mustBeLessThan", 1)), of(rule("nullValues")), PATCH, "anew"),
    (
        of(rule("nullValues", "mustBeLessThan", 5, unit="percent")),
        of(rule("nullValues", "mustBeLessThan", 9, unit="percent")),
        MAJOR,
        "loosened",
    ),
    (
        of(rule("nullValues", "mustBeLessThan", 5, unit="percent")),
        of(rule("nullValues")),
        MINOR,
        "tightened",
    ),
    (
        of(rule("nullValues", "mustBeLessThan", 5, unit="percent")),
        of(rule("nullValues", "mustBeLessThan", 5)),
        MAJOR,
        "changed",
    ),
    (
        of(rule("rowCount", NOT_NEAR, [5, 9])),
        of(rule("rowCount", NOT_NEAR, [6, 8])),
        MAJOR,
        "loosened",
    ),
    (
        of(rule("rowCount", NOT_NEAR, [5, 9])),
        of(rule("rowCount", NOT_NEAR, [5, 12])),
        MINOR,
        "tightened",
    ),
    (of(rule("rowCount", "mustNotBe", 0)), of(rule("rowCount", "mustBe", 7)), MINOR, "tight"),
    (of(rule()), of(rule(severity=WARNING)), MAJOR, "now only leads to: warning"),
    (of(rule(severity=WARNING)), of(rule()), MINOR, "is now critical"),
    (of(SQL), of(replace(SQL, threshold=3)), MAJOR, "changed"),
    (of(SQL), of(replace(SQL, operator="mustBeLessThan", threshold=3)), MAJOR, "loosened"),
    (
        of(SQL),
        of(replace(SQL, arguments={"query": "SELECT  count(*)\n FROM {object}"})),
        NONE,
        "",
    ),
    (of(SQL), of(replace(SQL, arguments={"query": "SELECT 0"})), MAJOR, "was changed"),
    # limits on values
    (of(opt("minimum", 0)), of(opt("minimum", 1)), MINOR, "minimum 0 became minimum 1"),
    (of(opt("minimum", 1)), of(opt("minimum", 0)), MAJOR, "loosened"),
    (of(opt("minimum", 1)), of(opt("exclusiveMinimum", 1)), MINOR, "tightened"),
    (of(opt("maximum", "2020-01-01")), of(opt("maximum", "2021-01-01")), MAJOR, "loosened"),
    (of(opt("maxLength", 5)), of(opt("maxLength", 4)), MINOR, "tightened"),
    (of(opt("minLength", 2)), of(), MAJOR, "rule x-minLength was removed"),
    (of(opt("pattern", "^a")), of(opt("pattern", "^b")), MAJOR, "changed"),
    (of(opt("multipleOf", 2)), of(opt("multipleOf", 3)), MAJOR, "changed"),
    (of(opt("enum", ["a"])), of(opt("enum", ["a", "b"])), MINOR, 'may now also be "b"'),
    (of(opt("enum", ["a", "b"])), of(opt("enum", ["a"])), MINOR, "tightened"),
    (of(opt("enum", ["a", "b"])), of(opt("enum", ["b", "a"])), NONE, ""),
    (of(opt("enum", ["a", "b"])), of(opt("enum", ["a", "c"])), MAJOR, "changed"),
    (of(opt("enum", ["a"])), of(valid("a")), PATCH, "now said by another"),
    (of(valid("a")), of(valid("a", "b")), MINOR, "may now also be"),
    (
        of(rule("missingValues", arguments={"missingValues": [None]})),
        of(rule("missingValues", arguments={"missingValues": [None, "", "-"]})),
        MINOR,
        "tightened",
    ),
    (
        of(rule("missingValues", arguments={"missingValues": [None, "-"]})),
        of(rule("missingValues", arguments={"missingValues": [None]})),
        MAJOR,
        "loosened",
    ),
    # rules of a column that comes or goes are not told twice
    (of(*X_Y, rule(column="y")), of(), MAJOR, "column y was removed"),
    (of(), of(*X_Y, rule(column="y")), MINOR, "column y (bigint) was added"),
    # service levels
    (of(sla=(("latency", "4 d"),)), of(sla=(("latency", "24 h"),)), MINOR, "raised"),
    (of(sla=(("latency", "1 d"),)), of(sla=(("latency", "2 d"),)), MAJOR, "loosened"),
    (of(sla=(("latency", "1 d"),)), of(sla=(("latency", "24 h"),)), PATCH, "written anew"),
    (of(sla=(("availability", "99 %"),)), of(sla=(("availability", "95 %"),)), MAJOR, "loosen"),
    (of(sla=(("retention", "1 y"),)), of(sla=(("retention", "3 y"),)), MINOR, "raised"),
    (
        of(sla=(("endOfSupport", "2027-01-01"),)),
        of(sla=(("endOfSupport", "2026-01-01"),)),
        3,
        "",
    ),
    (of(sla=(("mood", "good"),)), of(sla=(("mood", "bad"),)), MAJOR, "was changed"),
    (of(sla=(("latency", "1 d"),)), of(), MAJOR, "service level latency (1 d) was removed"),
    (of(), of(sla=(("latency", "1 d"),)), MINOR, "service level latency (1 d) was added"),
    # words
    (of(), of(description="d"), PATCH, "the contract is described anew"),
    (of(notes=(("team", "1"),)), of(notes=(("team", "2"),)), PATCH, "team was changed"),
    (of(), of(notes=(("x.examples", "[1]"),)), PATCH, "x.examples was added"),
    (of(), of(notes=(("x.deprecated", "true"),)), MINOR, "x was marked as deprecated"),
    (of(), of(notes=(("status", '"deprecated"'),)), MINOR, "marked as deprecated"),
    (of(version="1.0.0"), of(version="9.0.0"), NONE, ""),
    (of(text="a: 1"), of(text="# remark\na: 1"), NONE, ""),
]


@pytest.mark.parametrize(("older", "newer", "change", "reason"), CORPUS)
def test_a_change_has_the_size_of_the_table_and_says_why(older, newer, change, reason):
    decision = contract_change(older, newer)
    assert decision.change == change, decision
    assert reason in "; ".join(decision.reasons)
    assert bool(decision.reasons) is (change > NONE)


def test_the_corpus_is_large():
    assert len(CORPUS) >= 60


def test_a_column_that_goes_with_its_rules_is_told_once():
    older = of(*X_Y, rule(column="y"), opt("minimum", 1))
    decision = contract_change(older, of(col(), opt("minimum", 1)))
    assert decision.reasons == ("column y was removed",)


def test_the_largest_reason_comes_first():
    decision = contract_change(of(*X_Y), of(col(description="d"), col("z")))
    assert decision.change is MAJOR
    assert decision.reasons == (
        "column y was removed",
        "column z (bigint) was added",
        "column x is described anew",
    )


def test_ports_come_and_go():
    one, two = of(), of(*X_Y)
    assert product_change({"a": one}, {"a": one}).change is NONE
    added = product_change({"a": one}, {"a": two, "b": one})
    assert added.change is MINOR
    assert set(added.reasons) == {"a: column y (bigint) was added", "port b was added"}
    removed = product_change({"a": one, "b": one}, {"b": one})
    assert removed.change is MAJOR
    assert removed.reasons == ("port a was removed",)


def test_a_rule_on_a_column_that_its_contract_lacks_is_no_promise():
    lacks, without, has = of(col("y"), rule()), of(col("y")), of(col("y"), col("x"))
    assert contract_change(lacks, without).change is NONE
    assert contract_change(lacks, has).reasons == ("column x (bigint) was added",)
    assert contract_change(lacks, has).change is MINOR


KINDS = st.sampled_from(["integer", "bigint", "varchar", "decimal(9,2)", "date"])
OPERATORS = st.sampled_from(
    ["mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeLessOrEqualTo", "mustBeLessThan"]
)
COLUMNS = st.builds(
    col,
    st.sampled_from("xyz"),
    KINDS,
    required=st.booleans(),
    unique=st.booleans(),
    primary_key=st.booleans(),
    description=st.sampled_from(["", "d"]),
)
RULES = st.builds(
    rule,
    st.sampled_from(["nullValues", "duplicateValues", "rowCount", "sql"]),
    OPERATORS,
    st.integers(-2, 5),
    st.sampled_from("abc"),
    unit=st.sampled_from(["rows", "percent"]),
    severity=st.sampled_from(Severity),
)
CONTRACTS = st.builds(
    lambda columns, rules: of(*columns, *rules),
    st.lists(COLUMNS, unique_by=lambda c: c.name, min_size=1),
    st.lists(RULES, unique_by=lambda r: r.id),
)


@given(CONTRACTS)
def test_a_contract_has_not_changed_from_itself(contract):
    assert contract_change(contract, contract).change is NONE


@given(CONTRACTS, CONTRACTS)
def test_a_step_forth_without_loss_never_comes_back_without_loss(older, newer):
    forth, back = contract_change(older, newer).change, contract_change(newer, older).change
    if forth is MINOR:
        assert back is MAJOR
    if forth is NONE:
        assert back < MINOR


@given(CONTRACTS, CONTRACTS, CONTRACTS)
def test_two_steps_without_loss_are_one_without_loss(first, second, third):
    forth, further = contract_change(first, second), contract_change(second, third)
    if max(forth.change, further.change) < MAJOR:
        assert contract_change(first, third).change < MAJOR
