from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pytest

from jupyter_mesh.model.quality import Outcome

SKIPPED = Outcome.NOT_EVALUATED


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
