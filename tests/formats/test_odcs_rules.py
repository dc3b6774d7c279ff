"""The rules of a data contract, in every spelling."""

import pytest

from jupyter_mesh.model.contract import Rule, Severity

X = "- {name: x, physicalType: bigint}\n"


LIMITS = {
    "minimum": 1,
    "exclusiveMinimum": 0,
    "maximum": 9,
    "exclusiveMaximum": 10,
    "multipleOf": 2,
}


def test_limits_on_values_are_rules(contract):
    written = ", ".join(f"{key}: {value}" for key, value in LIMITS.items())
    properties = f"- {{name: x, logicalType: integer, logicalTypeOptions: {{{written}}}}}\n"
    found = {rule.id: rule for rule in contract(properties).rules}
    assert {f"x-{key}" for key in LIMITS} == found.keys()
    assert found["x-minimum"] == Rule(
        "x-minimum", "logicalTypeOptions", "x", arguments={"minimum": 1}, dimension="conformity"
    )


def test_limits_on_text_and_lists_are_rules(contract):
    properties = (
        "- {name: x, physicalType: varchar, "
        "logicalTypeOptions: {minLength: 1, maxLength: 2, pattern: '^a', format: email}}\n"
        "- {name: y, physicalType: array(date), logicalTypeOptions: {minItems: 1}}\n"
    )
    assert [rule.id for rule in contract(properties).rules] == [
        *("x-minLength", "x-maxLength", "x-pattern", "y-minItems")
    ]


def test_dates_may_be_written_without_quotes(contract):
    properties = "- name: x\n  logicalType: date\n  logicalTypeOptions: {minimum: 2013-01-01}\n"
    assert contract(properties).rules[0].arguments == {"minimum": "2013-01-01"}


@pytest.mark.parametrize(
    "written",
    ["enum: [{value: a}, {value: b}]", "logicalTypeOptions: {enum: [a, b]}"],
)
def test_valid_values_are_a_rule_in_both_spellings(contract, written):
    (rule,) = contract(f"- {{name: x, logicalType: string, {written}}}\n").rules
    assert (rule.id, rule.arguments) == ("x-enum", {"enum": ["a", "b"]})


def test_the_older_flag_of_an_exclusive_limit_is_understood(contract):
    options = "{minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false}"
    read = contract(f"- {{name: x, logicalType: integer, logicalTypeOptions: {options}}}\n")
    assert [rule.arguments for rule in read.rules] == [{"exclusiveMinimum": 1}, {"maximum": 5}]


OPERATORS = {
    "mustBe": 0,
    "mustNotBe": 0,
    "mustBeGreaterThan": 1,
    "mustBeGreaterOrEqualTo": 1,
    "mustBeLessThan": 1.5,
    "mustBeLessOrEqualTo": 1,
    "mustBeBetween": [1, 2],
    "mustNotBeBetween": [1, 2],
}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("metric", ["nullValues", "missingValues", "duplicateValues"])
def test_a_library_metric_takes_each_of_the_eight_operators(contract, metric, operator):
    (rule,) = contract.rules(f"- {{metric: {metric}, {operator}: {OPERATORS[operator]}}}\n")
    assert (rule.id, rule.metric, rule.column) == (f"x-{metric}-{operator}", metric, "x")
    assert (rule.operator, rule.threshold) == (operator, OPERATORS[operator])
    assert (rule.unit, rule.severity) == ("rows", Severity.CRITICAL)


def test_everything_a_rule_says_is_kept(contract):
    (rule,) = contract.rules(
        """\
        - id: mine
          name: a name
          metric: invalidValues
          mustBeLessThan: 5
          unit: percent
          arguments: {validValues: [1, 2], pattern: '^1'}
          severity: warning
          dimension: conformity
        """
    )
    assert rule == Rule(
        "mine",
        "invalidValues",
        "x",
        "mustBeLessThan",
        5,
        "percent",
        {"validValues": [1, 2], "pattern": "^1"},
        Severity.WARNING,
        "conformity",
        "a name",
    )


def test_rules_of_the_table_have_no_column(contract):
    found = contract.rules(
        """\
        - {metric: rowCount, mustBeGreaterThan: 0}
        - {metric: duplicateValues, mustBe: 0, arguments: {properties: [x]}}
        - {type: sql, query: "SELECT count(*) FROM {object}", mustBe: 0}
        - {type: custom, engine: great-expectations, implementation: {type: t, kwargs: {}}}
        - {type: text, description: Somebody looks at it.}
        - {description: So does somebody else.}
        """,
        under="",
    )
    assert [(rule.id, rule.metric, rule.column) for rule in found] == [
        ("table-rowCount-mustBeGreaterThan", "rowCount", ""),
        ("table-duplicateValues-mustBe", "duplicateValues", ""),
        ("table-sql-mustBe", "sql", ""),
        ("table-custom", "custom", ""),
        ("table-text", "text", ""),
        ("table-text-2", "text", ""),
    ]
    assert found[2].arguments == {"query": "SELECT count(*) FROM {object}"}
    assert found[3].arguments["engine"] == "great-expectations"


def test_derived_ids_step_aside_for_written_ones(contract):
    found = contract.rules(
        """\
        - {metric: nullValues, mustBe: 0}
        - {metric: nullValues, mustBe: 0, unit: percent}
        - {metric: nullValues, mustBe: 0, id: x-nullValues-mustBe}
        """
    )
    assert [rule.id for rule in found] == [
        *("x-nullValues-mustBe-2", "x-nullValues-mustBe-3", "x-nullValues-mustBe")
    ]


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        *[(word, Severity.CRITICAL) for word in ("error", "critical", "BLOCKER", "high")],
        *[(word, Severity.WARNING) for word in ("warning", "Medium")],
        *[(word, Severity.INFO) for word in ("info", "low")],
        ("P1", Severity.CRITICAL),
    ],
)
def test_severities_come_to_three(contract, written, severity):
    (rule,) = contract.rules(f"- {{metric: nullValues, mustBe: 0, severity: {written}}}\n")
    assert rule.severity is severity


@pytest.mark.parametrize(
    ("older", "metric"),
    [
        ("nullValues", "nullValues"),
        ("nullCheck", "nullValues"),
        ("duplicateCount", "duplicateValues"),
        ("uniqueCheck", "duplicateValues"),
    ],
)
def test_the_older_word_for_a_metric_is_understood(contract, older, metric):
    (rule,) = contract.rules(f"- {{rule: {older}, mustBeLessThan: 3}}\n")
    assert (rule.metric, rule.threshold) == (metric, 3)
    (rule,) = contract.rules(f"- {{type: library, rule: {older}}}\n")
    assert (rule.metric, rule.operator, rule.threshold) == (metric, "mustBe", 0)


def test_relationships_are_rules(contract):
    read = contract(
        """\
        - name: carrier
          physicalType: varchar
          relationships: [{to: carriers.code}, {id: second, to: lake.raw.carriers.code}]
        - {name: month, physicalType: bigint}
        """,
        """\
        relationships:
          - {from: [t.carrier, t.month], to: [other.carrier, other.month]}
          - {from: schema/t/properties/month, to: 'o.odcs.yaml#schema/o/properties/m'}
        """,
    )
    assert [(rule.id, rule.column, rule.arguments) for rule in read.rules] == [
        (
            "carrier-relationship",
            "carrier",
            {"columns": ["carrier"], "to": ["carriers.code"]},
        ),
        ("second", "carrier", {"columns": ["carrier"], "to": ["lake.raw.carriers.code"]}),
        (
            "carrier_month-relationship",
            "",
            {"columns": ["carrier", "month"], "to": ["other.carrier", "other.month"]},
        ),
        ("month-relationship", "", {"columns": ["month"], "to": ["o.m"]}),
    ]
