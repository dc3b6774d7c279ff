from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from jupyter_mesh.formats.expectations import suite, validation
from jupyter_mesh.model.contract import Column, Contract, Rule, Severity
from jupyter_mesh.model.quality import CheckResult, Outcome
from jupyter_mesh.model.types import BIGINT, VARCHAR


def expectation(metric, column="x", **more):
    rule = Rule("it", metric, column, **more)
    written = suite(Contract("c", (), (rule,)))["expectations"][1:]
    return [(one["type"], one["kwargs"]) for one in written]


@pytest.mark.parametrize(
    ("metric", "more", "kind", "kwargs"),
    [
        ("nullValues", {}, "expect_column_values_to_not_be_null", {"column": "x"}),
        (
            "nullValues",
            {"operator": "mustBeLessThan", "threshold": 5, "unit": "percent"},
            "expect_column_proportion_of_non_null_values_to_be_between",
            {"column": "x", "min_value": 0.95, "strict_min": True},
        ),
        (
            "nullValues",
            {"operator": "mustBeBetween", "threshold": [5, 10], "unit": "percent"},
            "expect_column_proportion_of_non_null_values_to_be_between",
            {"column": "x", "min_value": 0.9, "max_value": 0.95},
        ),
        (
            "invalidValues",
            {
                "operator": "mustBeLessOrEqualTo",
                "threshold": 10,
                "unit": "percent",
                "arguments": {"validValues": ["a", None]},
            },
            "expect_column_values_to_be_in_set",
            {"column": "x", "mostly": 0.9, "value_set": ["a"]},
        ),
        (
            "duplicateValues",
            {"arguments": {"properties": ["a", "b"]}},
            "expect_compound_columns_to_be_unique",
            {"column_list": ["a", "b"]},
        ),
        (
            "rowCount",
            {"operator": "mustBeGreaterThan", "threshold": 0},
            "expect_table_row_count_to_be_between",
            {"min_value": 0, "strict_min": True},
        ),
        (
            "logicalTypeOptions",
            {"arguments": {"minimum": 1, "exclusiveMaximum": 5}},
            "expect_column_values_to_be_between",
            {"column": "x", "min_value": 1, "max_value": 5, "strict_max": True},
        ),
        (
            "logicalTypeOptions",
            {"arguments": {"maxLength": 5}},
            "expect_column_value_lengths_to_be_between",
            {"column": "x", "max_value": 5},
        ),
    ],
)
def test_a_rule_becomes_the_expectation_that_says_the_same(metric, more, kind, kwargs):
    assert expectation(metric, **more) == [(kind, kwargs)]


@pytest.mark.parametrize(
    ("metric", "more"),
    [
        ("nullValues", {"operator": "mustBeLessThan", "threshold": 5}),
        ("missingValues", {}),
        ("duplicateValues", {"threshold": 3}),
        ("rowCount", {"operator": "mustNotBe", "threshold": 3}),
        ("rowCount", {"operator": "mustBeBetween", "threshold": 3}),
        ("nullValues", {"operator": "mustBe", "threshold": "x", "unit": "percent"}),
        ("sql", {"arguments": {"query": "SELECT 0"}}),
        ("relationship", {}),
        ("text", {}),
        ("custom", {"arguments": {"engine": "soda", "implementation": "x"}}),
    ],
)
def test_a_rule_that_cannot_be_said_is_named_instead(metric, more):
    made = suite(Contract("c", (), (Rule("it", metric, "x", **more),)))
    assert len(made["expectations"]) == 1
    assert made["meta"]["jupyter_mesh"]["not_expressed"] == ["it"]


def test_the_same_contract_gives_the_same_suite():
    columns = (Column("x", BIGINT, required=True), Column("y", VARCHAR, unique=True))
    one = suite(Contract("c", columns, (Rule("r", "rowCount"),)))
    assert one == suite(Contract("c", columns, (Rule("r", "rowCount"),)))
    ids = [expectation["id"] for expectation in one["expectations"]]
    assert len(set(ids)) == len(ids) == 6
    assert suite(Contract("d", columns))["id"] != one["id"]


def test_results_keep_their_outcome_and_rows():
    results = [
        CheckResult("p", "a", Outcome.PASSED, "fine.", metric="rowCount", observed=5),
        CheckResult(
            "p",
            "b",
            Outcome.FAILED,
            "x is null in 1 of 5 rows.",
            "x",
            "nullValues",
            1,
            rows=({"x": None},),
            definition={"id": "b", "metric": "nullValues", "column": "x", "threshold": 0},
        ),
        CheckResult("p", "c", Outcome.NOT_EVALUATED, "c was not evaluated: why.", metric="sql"),
        CheckResult("p", "d", Outcome.WARNED, "d.", metric="text", severity=Severity.WARNING),
    ]
    made = validation("carriers", results, datetime(2024, 1, 1, tzinfo=UTC))
    json.dumps(made)
    assert made["success"] is False
    assert made["statistics"] == {
        "evaluated_expectations": 4,
        "successful_expectations": 1,
        "unsuccessful_expectations": 3,
        "success_percent": 25.0,
    }
    _, failed, skipped, warned = made["results"]
    assert failed["expectation_config"]["type"] == "expect_column_values_to_not_be_null"
    assert failed["result"]["partial_unexpected_list"] == [{"x": None}]
    assert skipped["exception_info"]["raised_exception"] is True
    assert warned["expectation_config"]["severity"] == "warning"
    assert made == validation("carriers", results, datetime(2024, 1, 1, tzinfo=UTC))


def test_no_results_are_a_success_of_nothing():
    assert validation("c", [])["statistics"]["success_percent"] is None


READ = """
import json, sys, warnings
warnings.simplefilter("ignore")
import great_expectations as gx
from great_expectations.core.expectation_validation_result import (
    expectationSuiteValidationResultSchema as results,
)
made = json.load(sys.stdin)
suite = gx.ExpectationSuite(**{k: v for k, v in made["suite"].items() if k != "id"})
read = results.load(made["validation"])
print(json.dumps([len(suite.expectations), len(read["results"]), read["success"]]))
"""


@pytest.mark.long
def test_great_expectations_reads_both():
    columns = (Column("x", BIGINT, required=True),)
    made = suite(Contract("c", columns, (Rule("r", "rowCount", operator="mustNotBe"),)))
    results = [
        CheckResult("p", "a", Outcome.PASSED, "fine.", metric="rowCount", observed=5),
        CheckResult("p", "c", Outcome.NOT_EVALUATED, "c: why.", metric="sql"),
    ]
    both = json.dumps({"suite": made, "validation": validation("c", results)})
    done = subprocess.run(
        [sys.executable, "-c", READ], input=both, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [3, 2, False]
