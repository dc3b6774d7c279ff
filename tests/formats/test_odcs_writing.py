"""From a contract to a file and back."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mesh.formats.odcs import read_contract
from jupyter_mesh.formats.odcs_rules import derived_id
from jupyter_mesh.formats.odcs_writing import contract_text
from jupyter_mesh.model.changes import contract_change
from jupyter_mesh.model.contract import Column, Contract, Rule, Severity
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.types import TrinoType

PRODUCT = ProductName("aviation", "delays")
TABLE = TableName("lake", "aviation_delays", "carriers")
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20)
TYPES = st.sampled_from(
    [
        *("bigint", "varchar(3)", "decimal(12,2)", "date", "timestamp(6)", "boolean", "double"),
        *("array(row(a bigint, b varchar))", "map(varchar, double)", "varbinary"),
    ]
).map(TrinoType.parse)


def written(contract):
    return contract_text(contract, "carriers", PRODUCT, TABLE)


@st.composite
def columns(draw):
    return Column(
        draw(st.from_regex(r"[a-z_][a-z0-9_ ]{0,8}[a-z]", fullmatch=True)),
        draw(TYPES),
        required=draw(st.booleans()),
        description=draw(WORDS),
        unique=draw(st.booleans()),
        primary_key=draw(st.booleans()),
        classification=draw(st.sampled_from(["", "public", "1"])),
        unit=draw(st.sampled_from(["", "m/s", "1"])),
        tags=tuple(draw(st.lists(WORDS, max_size=2))),
    )


THRESHOLDS = st.sampled_from(
    [
        *(("mustBe", 0), ("mustNotBe", 3), ("mustBeGreaterThan", 1.5)),
        *(("mustBeLessOrEqualTo", 7), ("mustBeBetween", [1, 2]), ("mustNotBeBetween", [0, 9])),
    ]
)
ARGUMENTS = {
    "rowCount": [{}],
    "nullValues": [{}],
    "missingValues": [{}, {"missingValues": [None, "", "-", 3]}],
    "invalidValues": [{"validValues": ["a", 1]}, {"pattern": "^[a-z]+$"}],
    "duplicateValues": [{}],
    "sql": [{"query": "SELECT count(*)\nFROM {object} -- all of it\n"}],
}


@st.composite
def rules(draw, names):
    metric = draw(st.sampled_from(sorted(ARGUMENTS)))
    operator, threshold = draw(THRESHOLDS)
    column = "" if metric == "rowCount" else draw(st.sampled_from(names))
    return Rule(
        draw(st.sampled_from(["", "mine", "a-rule_2"])),
        metric,
        column,
        operator,
        threshold,
        draw(st.sampled_from(["rows", "percent"])) if metric == "nullValues" else "rows",
        draw(st.sampled_from(ARGUMENTS[metric])),
        draw(st.sampled_from(Severity)),
        draw(st.sampled_from(["", "accuracy", "timeliness"])),
        draw(WORDS),
    )


@st.composite
def contracts(draw):
    given_columns = draw(st.lists(columns(), min_size=1, unique_by=lambda c: c.name))
    names = [column.name for column in given_columns]
    found = [
        rule if rule.id else replace(rule, id=derived_id(rule))
        for rule in draw(st.lists(rules(names), max_size=4))
    ]
    kept = {rule.id: rule for rule in found}.values()
    return Contract(
        "id",
        tuple(given_columns),
        tuple(kept),
        "1.2.0",
        draw(WORDS),
        tuple(draw(st.sampled_from([(), (("latency", "4 d"), ("retention (t.x)", "3 y"))]))),
    )


def unordered(contract):
    """The contract without the order of its rules: a file keeps them under their columns."""
    notes = {key: value for key, value in contract.notes if key == "x.examples"}
    rules = tuple(sorted(contract.rules, key=lambda rule: rule.id))
    return replace(contract, rules=rules, notes=tuple(notes.items()))


@settings(max_examples=40, deadline=None)
@given(contracts())
def test_what_is_written_reads_back(contract):
    back = read_contract(written(contract), "f", "carriers")
    assert unordered(back) == unordered(contract)
    assert not contract_change(replace(contract, notes=back.notes), back).change


def test_limits_relationships_and_notes_read_back():
    contract = Contract(
        "id",
        (Column("x", TrinoType.parse("varchar")), Column("y", TrinoType.parse("bigint"))),
        (
            Rule("x-minLength", "logicalTypeOptions", "x", arguments={"minLength": 1}),
            Rule("x-enum", "logicalTypeOptions", "x", arguments={"enum": ["a", "b"]}),
            Rule("own", "relationship", "x", arguments={"columns": ["x"], "to": ["o.x"]}),
            Rule(
                "x_y-relationship",
                "relationship",
                arguments={"columns": ["x", "y"], "to": ["o.x", "o.y"]},
            ),
            Rule(
                "table-custom",
                "custom",
                operator="",
                threshold=None,
                arguments={"engine": "great-expectations", "implementation": {"type": "t"}},
            ),
            Rule("table-text", "text", operator="", threshold=None, description="d"),
        ),
        notes=(
            ("domain", '"aviation"'),
            ("dataProduct", '"delays"'),
            ("status", '"active"'),
            ("table.physicalName", '"lake.aviation_delays.carriers"'),
            ("team", '{"name": "ops"}'),
            ("x.customProperties", '[{"property": "source", "value": 1}]'),
            ("x.examples", '["a"]'),
        ),
    )
    back = read_contract(written(contract), "f", "carriers")
    assert {rule.id for rule in back.rules} == {rule.id for rule in contract.rules}
    assert dict(back.notes) == dict(contract.notes)
    relations = {
        rule.id: rule.arguments for rule in back.rules if rule.metric == "relationship"
    }
    assert relations["x_y-relationship"] == {"columns": ["x", "y"], "to": ["o.x", "o.y"]}
    assert relations["own"] == {"columns": ["x"], "to": ["o.x"]}


def test_a_file_speaks_the_version_that_most_tools_read():
    plain = Contract("id", (Column("x", TrinoType.parse("bigint")),))
    assert written(plain).startswith("apiVersion: v3.1.0\nkind: DataContract\n")
