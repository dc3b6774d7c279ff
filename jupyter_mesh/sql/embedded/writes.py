"""Statements that change tables, for DuckDB: CTAS, INSERT, DELETE, UPDATE, MERGE, CREATE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.contract import Column as TableColumn
from jupyter_mesh.model.names import quote
from jupyter_mesh.sql.embedded import expressions, queries, relations
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.result import Target, Translated
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope
from jupyter_mesh.sql.embedded.types import coercible, duck, supported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql.commands import Command, MergeCase
    from jupyter_mesh.sql.embedded.typed import Typed
    from jupyter_mesh.sql.statement import Statement


def write(env: Env, statement: Statement) -> Translated:
    """The DuckDB text of a writing statement."""
    command: Command = statement.tree
    writer = _WRITERS.get(statement.kind)
    if writer is None:
        env.tx.unsupported(command.at, f"the statement {statement.text.split()[0].upper()}")
    target = env.tx.targets.get(statement.writes[0])
    if target is None:
        env.tx.wrong(
            command.table.at if command.table else 0,
            f"Table '{statement.writes[0]}' does not exist",
        )
    return writer(env, command, target, statement)


def _ctas(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    assert command.query is not None  # noqa: S101 - the grammar gives one
    answer = queries.query(env, command.query, outermost=True)
    columns = queries.renamed(env, answer.columns, command.columns, command.at, "table")
    names: set[str] = set()
    for place, column in enumerate(columns, 1):
        if column.name.startswith("_col") and not command.columns:
            env.tx.wrong(
                command.at,
                f"Column name not specified at position {place}",
                "Give the column a name with AS.",
            )
        if column.name.lower() in names:
            env.tx.wrong(command.at, f"Column name '{column.name}' specified more than once")
        if column.type.base == "unknown":
            env.tx.wrong(command.at, f"Column type is unknown: {column.name}")
        if column.type.base.startswith("interval"):
            env.tx.wrong(command.at, f"Type not supported for Iceberg: {column.type}")
        names.add(column.name.lower())
    alias = env.tx.alias()
    inner = [f"c{place}" for place in range(1, len(columns) + 1)]
    cells = ", ".join(
        f"{alias}.{c} AS {quote(column.name.lower())}"
        for c, column in zip(inner, columns, strict=True)
    )
    query = f"SELECT {cells} FROM ({answer.sql}) AS {alias}({', '.join(inner)})"
    if not command.with_data:
        query += " LIMIT 0"
    found = tuple(TableColumn(column.name.lower(), column.type) for column in columns)
    return Translated(f"CREATE TABLE {target.sql} AS {query}", env.tx.values, found, query)


def _create(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    names: set[str] = set()
    for definition in command.definitions:
        if definition.name.lower() in names:
            env.tx.wrong(
                definition.at, f"Column name '{definition.name}' specified more than once"
            )
        names.add(definition.name.lower())
        if not supported(definition.type):
            env.tx.unsupported(definition.at, f"the type {definition.type}")
    columns = tuple(
        TableColumn(
            definition.name.lower(),
            definition.type,
            required=definition.required,
            description=definition.comment,
        )
        for definition in command.definitions
    )
    listed = ", ".join(
        f"{quote(column.name)} {duck(column.type)}" + (" NOT NULL" if column.required else "")
        for column in columns
    )
    return Translated(f"CREATE TABLE {target.sql} ({listed})", [], columns)


def _insert(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    assert command.query is not None  # noqa: S101 - the grammar gives one
    answer = queries.query(env, command.query, outermost=True)
    wanted = _wanted(env, command, target)
    types = [column.type for column in wanted]
    given = [column.type for column in answer.columns]
    if len(types) != len(given) or not all(map(_storable, given, types)):
        shown, have = ", ".join(map(str, types)), ", ".join(map(str, given))
        env.tx.wrong(
            command.at,
            f"Insert query has mismatched column types: Table: [{shown}], Query: [{have}]",
        )
    alias = env.tx.alias()
    inner = [f"c{place}" for place in range(1, len(types) + 1)]
    cells = ", ".join(
        f"CAST({convert(f'{alias}.{c}', have, want, env.tx.zone)} AS {duck(want)})"
        for c, have, want in zip(inner, given, types, strict=True)
    )
    listed = ", ".join(quote(column.name) for column in wanted)
    query = f"SELECT {cells} FROM ({answer.sql}) AS {alias}({', '.join(inner)})"
    return Translated(f"INSERT INTO {target.sql} ({listed}) {query}", env.tx.values, (), query)


def _storable(given: TrinoType, wanted: TrinoType) -> bool:
    if given.base == wanted.base == "varchar":
        return not wanted.numbers or (bool(given.numbers) and given.numbers <= wanted.numbers)
    if given.base == wanted.base == "timestamp":
        return given.numbers <= wanted.numbers
    if wanted.base == "decimal" and (given.base == "decimal" or given.is_integer):
        # Trino rounds to the column's scale; what does not fit fails when it is written.
        return True
    return coercible(given, wanted)


def _wanted(env: Env, command: Command, target: Target) -> list[TableColumn]:
    known = {column.name.lower(): column for column in target.columns}
    if not command.columns:
        return list(target.columns)
    wanted: dict[str, TableColumn] = {}
    for name in command.columns:
        column = known.get(name.lower())
        if column is None:
            env.tx.wrong(
                command.at,
                f"Insert column name does not exist in target table: {name}",
                f"Its columns are {', '.join(known)}.",
            )
        if name.lower() in wanted:
            env.tx.wrong(command.at, f"Insert column name is specified more than once: {name}")
        wanted[name.lower()] = column
    return list(wanted.values())


def _scope(env: Env, command: Command, target: Target, alias: str) -> Env:
    """The target's columns, by its own name or its alias."""
    assert command.table is not None  # noqa: S101 - the grammar gives one
    names = tuple(part.lower() for part in command.table.parts)
    relation = (command.alias.lower(),) if command.alias else names
    columns = [
        Column(
            column.name,
            relation,
            column.type,
            f"{alias}.{quote(column.name)}",
            "UTC" if column.type.base == "timestamp with time zone" else "",
        )
        for column in target.columns
    ]
    return env.within(scope=Scope(columns))


def _where(env: Env, command: Command) -> str:
    if command.condition is None:
        return ""
    test = expressions.condition(env, command.condition, "WHERE clause")
    return f" WHERE {test.sql}"


def _delete(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    alias = env.tx.alias()
    inner = _scope(env, command, target, alias)
    sql = f"DELETE FROM {target.sql} AS {alias}{_where(inner, command)}"
    return Translated(sql, env.tx.values)


def _truncate(_env: Env, _command: Command, target: Target, _s: Statement) -> Translated:
    return Translated(f"DELETE FROM {target.sql}")


def _update(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    alias = env.tx.alias()
    inner = _scope(env, command, target, alias).within(clause="UPDATE")
    changes = [
        (change.name, expressions.translate(inner, change.value), change.at)
        for change in command.assignments
    ]
    listed = _assigned(env, target, changes)
    sql = f"UPDATE {target.sql} AS {alias} SET {listed}{_where(inner, command)}"
    return Translated(sql, env.tx.values)


def _assigned(env: Env, target: Target, changes: Sequence[tuple[str, Typed, int]]) -> str:
    known = {column.name.lower(): column for column in target.columns}
    seen: set[str] = set()
    found = []
    for name, value, at in changes:
        column = known.get(name.lower())
        if column is None:
            env.tx.wrong(
                at,
                f"The UPDATE SET target column {name} doesn't exist",
                f"The table's columns are {', '.join(known)}.",
            )
        if name.lower() in seen:
            env.tx.wrong(at, f"Multiple assignments for same column: {name}")
        seen.add(name.lower())
        found.append(f"{quote(column.name)} = {_stored(env, value, column, at)}")
    return ", ".join(found)


def _stored(env: Env, value: Typed, column: TableColumn, at: int) -> str:
    if not _storable(value.type, column.type):
        env.tx.wrong(at, f"Column {column.name} is {column.type}, the value is {value.type}")
    sql = convert(value.sql, value.type, column.type, env.tx.zone)
    return f"CAST({sql} AS {duck(column.type)})"


def _merge(env: Env, command: Command, target: Target, _statement: Statement) -> Translated:
    assert command.source is not None  # noqa: S101 - the grammar gives one
    assert command.condition is not None  # noqa: S101 - the grammar gives one
    alias = env.tx.alias()
    outer = _scope(env, command, target, alias)
    source = relations.relation(env.within(scope=Scope([])), command.source)
    both = outer.within(scope=Scope([*outer.scope.columns, *source.columns]), clause="MERGE")
    only = env.within(scope=Scope(list(source.columns)), clause="MERGE")
    test = expressions.condition(both, command.condition, "MERGE clause")
    cases = [
        _merge_case(env, target, case, only if case.action == "INSERT" else both)
        for case in command.cases
    ]
    sql = (
        f"MERGE INTO {target.sql} AS {alias} USING {source.sql} ON {test.sql} {' '.join(cases)}"
    )
    return Translated(sql, env.tx.values)


def _merge_case(env: Env, target: Target, case: MergeCase, inner: Env) -> str:
    extra = ""
    if case.condition is not None:
        test = expressions.condition(inner, case.condition, "MERGE WHEN clause")
        extra = f" AND {test.sql}"
    if case.action == "DELETE":
        return f"WHEN MATCHED{extra} THEN DELETE"
    values = [expressions.translate(inner, value) for value in case.values]
    if case.action == "UPDATE":
        changes = [(n, v, case.at) for n, v in zip(case.names, values, strict=True)]
        return f"WHEN MATCHED{extra} THEN UPDATE SET {_assigned(env, target, changes)}"
    names = case.names or tuple(column.name for column in target.columns)
    if len(names) != len(values):
        env.tx.wrong(
            case.at, f"INSERT names {len(names)} columns and gives {len(values)} values"
        )
    known = {column.name.lower(): column for column in target.columns}
    cells = []
    for name, value in zip(names, values, strict=True):
        if name.lower() not in known:
            env.tx.wrong(case.at, f"Merge column name does not exist in target table: {name}")
        cells.append(_stored(env, value, known[name.lower()], case.at))
    listed = ", ".join(quote(known[name.lower()].name) for name in names)
    return f"WHEN NOT MATCHED{extra} THEN INSERT ({listed}) VALUES ({', '.join(cells)})"


_WRITERS = {
    "ctas": _ctas,
    "create_table": _create,
    "insert": _insert,
    "delete": _delete,
    "truncate": _truncate,
    "update": _update,
    "merge": _merge,
}
