"""Everything a contract promises, as one flat list of rules: columns first, then its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.contract import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.model.contract import Column, Contract


def promises(contract: Contract) -> tuple[Rule, ...]:
    """The contract as rules, each of which will get one result.

    A column's type is a rule of metric `type`, the set of columns one of metric `columns`;
    `required`, `unique` and the primary key become library metrics, so that there is one way
    to check them.
    """
    return (*_columns(contract), *_key(contract), *contract.rules)


def _columns(contract: Contract) -> Iterator[Rule]:
    for column in contract.columns:
        yield Rule(
            f"{column.name}.type",
            "type",
            column.name,
            arguments={"type": str(column.type)},
            dimension="conformity",
        )
    names = [column.name for column in contract.columns]
    yield Rule("columns", "columns", arguments={"columns": names}, dimension="conformity")
    for column in contract.columns:
        yield from _flags(column)


def _flags(column: Column) -> Iterator[Rule]:
    if column.required or column.primary_key:
        yield Rule(
            f"{column.name}.required", "nullValues", column.name, dimension="completeness"
        )
    if column.unique:
        yield Rule(
            f"{column.name}.unique", "duplicateValues", column.name, dimension="uniqueness"
        )


def _key(contract: Contract) -> Iterator[Rule]:
    key = contract.key
    lone = len(key) == 1 and any(c.unique for c in contract.columns if c.primary_key)
    if key and not lone:
        yield Rule(
            "primary-key",
            "duplicateValues",
            arguments={"properties": list(key)},
            dimension="uniqueness",
        )
