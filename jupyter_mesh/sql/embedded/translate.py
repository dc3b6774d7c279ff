"""A statement for DuckDB, whole: the text, its values, and the answer's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.contract import Column as AnswerColumn
from jupyter_mesh.model.names import quote
from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import families, queries, writes
from jupyter_mesh.sql.embedded.result import Relation, Target, Translated
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope, Translation
from jupyter_mesh.sql.embedded.types import DAYS, MONTHS
from jupyter_mesh.sql.reading import references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.sql.statement import Statement, TableRef

_SPELLED = {DAYS: "to_milliseconds({})", MONTHS: "to_months({})"}


def translate(
    statement: Statement,
    relations: Mapping[TableRef, Relation],
    parameters: Mapping[str, Any] | None = None,
    zone: str = "UTC",
    targets: Mapping[TableName, Target] | None = None,
) -> Translated:
    """Write a statement for DuckDB.

    `relations` has every table of `statement.reads`, `targets` every table of
    `statement.writes`. Raises StatementInvalid for what Trino would refuse and
    StatementNotSupported for what is not known to give Trino's answer, both with line and
    column.
    """
    families.load()
    tx = Translation(
        statement.text,
        dict(relations),
        dict(targets or {}),
        dict(parameters or {}),
        *statement.names,
        zone=zone,
        reference=references(statement, zone),
    )
    env = Env(tx, Scope([]))
    try:
        if isinstance(statement.tree, tree.Query):
            return _query(env, statement.tree)
        return writes.write(env, statement)
    except RecursionError:
        tx.wrong(0, "the statement is nested too deeply")


def _query(env: Env, node: tree.Query) -> Translated:
    answer = queries.query(env, node, outermost=True)
    sql = spelled(env, answer)
    return Translated(
        sql,
        env.tx.values,
        tuple(AnswerColumn(column.name, column.type) for column in answer.columns),
        sql,
        tuple(column.zone for column in answer.columns),
        bool(node.order),
    )


def spelled(env: Env, answer: queries.Answer) -> str:
    """The query with intervals as DuckDB's own, which the outside world can read."""
    if not any(column.type in _SPELLED for column in answer.columns):
        return answer.sql
    name = env.tx.alias()
    names = [f"c{place}" for place in range(1, len(answer.columns) + 1)]
    cells = [
        f"{_cell(column, f'{name}.{c}')} AS {quote(column.name)}"
        for column, c in zip(answer.columns, names, strict=True)
    ]
    return f"SELECT {', '.join(cells)} FROM ({answer.sql}) AS {name}({', '.join(names)})"


def _cell(column: Column, sql: str) -> str:
    return _SPELLED.get(column.type, "{}").format(sql)
