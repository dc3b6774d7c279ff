"""Our own evaluation beside Great Expectations' on random data: the same verdict every time."""

from __future__ import annotations

import random

import pyarrow.parquet as pq
import pytest

from jupyter_mesh.formats.expectations import suite
from jupyter_mesh.model.contract import Contract, Rule
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.model.tables import Session

OPERATORS = {
    "mustBe": 1,
    "mustBeGreaterThan": 1,
    "mustBeGreaterOrEqualTo": 1,
    "mustBeLessThan": 1,
    "mustBeLessOrEqualTo": 1,
    "mustBeBetween": 2,
}


def a_table(bench, chance):
    rows = chance.choice([0, 1, 5, 40])
    holes = chance.choice([0, 0, 0.2, 1])

    def column(draw):
        return [None if chance.random() < holes else draw() for _ in range(rows)]

    bench.table(
        i=("bigint", column(lambda: chance.randint(-3, 3))),
        w=("bigint", [chance.randint(0, 9) for _ in range(rows)]),
        f=("double", column(lambda: chance.choice([-1.5, 0.0, 0.25, 2.0]))),
        s=("varchar", column(lambda: chance.choice(["a", "bb", "ccc", "", "a1"]))),
        k=("varchar", [f"key {chance.randint(0, rows * 4)}" for _ in range(rows)]),
    )
    return rows


def some_rules(chance, rows):
    percent = chance.choice([0, 5, 20, 50, 100])
    operator, arity = chance.choice(list(OPERATORS.items()))
    size = sorted(chance.choice([0, 1, 5, 20, 40, rows]) for _ in range(arity))
    threshold = size if arity == 2 else size[0]
    low, high = sorted([chance.randint(-4, 4), chance.randint(-4, 4)])
    shares = sorted(chance.choice([0, 10, 20, 50, 100]) for _ in range(arity))
    share = shares if arity == 2 else shares[0]
    number, text = chance.choice("if"), chance.choice("sk")
    any_column = chance.choice("ifskw")
    ends = chance.choice(
        [
            ("minimum", "maximum"),
            ("exclusiveMinimum", "maximum"),
            ("minimum", "exclusiveMaximum"),
        ]
    )
    at_most = {"operator": "mustBeLessOrEqualTo", "threshold": percent, "unit": "percent"}
    values = {"validValues": chance.sample(["a", "bb", "ccc", "", "zz"], 3)}
    return (
        Rule("null", "nullValues", any_column),
        Rule("share", "nullValues", any_column, operator, share, "percent"),
        Rule("set", "invalidValues", "s", arguments=values),
        Rule("mostly set", "invalidValues", "s", arguments=values, **at_most),
        Rule("numbers", "invalidValues", "i", arguments={"validValues": [-1, 0, 1, 2]}),
        Rule("like", "invalidValues", text, arguments={"pattern": "^[a-c]+"}),
        Rule("mostly like", "invalidValues", text, arguments={"pattern": "[0-9]"}, **at_most),
        Rule("unique", "duplicateValues", any_column),
        Rule("pair", "duplicateValues", arguments={"properties": ["k", "w"]}),
        Rule("rows", "rowCount", "", operator, threshold),
        Rule("range", "logicalTypeOptions", number, arguments={ends[0]: low, ends[1]: high}),
        Rule("long", "logicalTypeOptions", text, arguments={"minLength": 1, "maxLength": 5}),
        Rule("enum", "logicalTypeOptions", "s", arguments={"enum": ["a", "bb"]}),
        Rule("shape", "logicalTypeOptions", text, arguments={"pattern": "^.{1,3}$"}),
    )


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30))
def test_the_verdict_is_great_expectations_own(bench, worker, tmp_path, seed):
    chance = random.Random(seed)
    rows = a_table(bench, chance)
    contract = Contract("c", bench.snapshot.columns, some_rules(chance, rows))
    session = Session(Actor("ann"))
    ours = {
        result.rule: result
        for result in bench.evaluator.check("port", bench.snapshot, contract, session)
    }
    expectations = suite(contract)["expectations"]
    path = tmp_path / "rows.parquet"
    sql = f"SELECT * FROM {bench.snapshot.table.sql}"
    pq.write_table(bench.engine.query(sql, session).arrow(), path)
    answers = worker.validate(path, expectations)
    for expectation, answer in zip(expectations, answers, strict=True):
        rule = expectation["meta"]["rule"]
        assert "error" not in answer, (rule, answer)
        if rule == "share" and not rows:
            # Of no rows, none is null and none is not: we say 0 percent of either.
            assert ours[rule].observed == 0
            continue
        verdict = ours[rule].outcome is Outcome.PASSED
        assert verdict == answer["success"], (expectation, answer, ours[rule])
    covered = {expectation["meta"]["rule"] for expectation in expectations}
    assert {rule.id for rule in contract.rules} <= covered
