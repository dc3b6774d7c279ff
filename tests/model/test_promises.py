from __future__ import annotations

from jupyter_mesh.model.contract import Column, Contract, Rule
from jupyter_mesh.model.promises import promises
from jupyter_mesh.model.types import BIGINT


def test_columns_come_first_and_every_promise_is_a_rule():
    columns = (
        Column("a", BIGINT, primary_key=True),
        Column("b", BIGINT, primary_key=True, required=True),
        Column("c", BIGINT, unique=True),
    )
    rule = Rule("own", "rowCount")
    ids = [promise.id for promise in promises(Contract("c", columns, (rule,)))]
    assert ids == [
        *("a.type", "b.type", "c.type", "columns"),
        *("a.required", "b.required", "c.unique", "primary-key", "own"),
    ]


def test_a_unique_column_that_is_the_key_is_checked_once():
    columns = (Column("a", BIGINT, primary_key=True, unique=True),)
    ids = [promise.id for promise in promises(Contract("c", columns))]
    assert ids == ["a.type", "columns", "a.required", "a.unique"]
