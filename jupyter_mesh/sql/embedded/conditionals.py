"""CASE, IF, COALESCE, NULLIF, TRY, GREATEST and LEAST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import comparisons, expressions
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import BOOLEAN, UNKNOWN, common, duck

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env


def unified(env: Env, values: Sequence[Typed], what: str) -> tuple[TrinoType, list[str]]:
    """The common type of the values, and each written as it."""
    type_ = UNKNOWN
    for value in values:
        found = common(type_, value.type)
        if found is None:
            env.tx.wrong(
                value.at,
                f"All {what} must be the same type or coercible to a common type. "
                f"Cannot find common type between {type_} and {value.type}",
            )
        type_ = found
    zones = {value.zone for value in values if value.type.base != "unknown"}
    if len(zones) > 1:
        env.tx.unsupported(values[0].at, "values of several time zones in one column")
    return type_, [convert(value.sql, value.type, type_, env.tx.zone) for value in values]


def case(env: Env, node: tree.Case) -> Typed:
    """CASE, with or without an operand."""
    results = [expressions.translate(env, result) for _when, result in node.branches]
    if node.otherwise is not None:
        results.append(expressions.translate(env, node.otherwise))
    type_, written = unified(env, results, "CASE results")
    tests, parts = _tests(env, node)
    pieces = [
        f"WHEN {test} THEN {result}" for test, result in zip(tests, written, strict=False)
    ]
    otherwise = f" ELSE {written[-1]}" if node.otherwise is not None else ""
    sql = f"CASE {' '.join(pieces)}{otherwise} END"
    return _cased(sql, type_, node.at, [*parts, *results], results)


def _cased(
    sql: str, type_: TrinoType, at: int, parts: list[Typed], results: Sequence[Typed]
) -> Typed:
    # DuckDB would give literals and nulls among the results a type of its own.
    if type_.base != "unknown":
        sql = f"CAST({sql} AS {duck(type_)})"
    zone = next((value.zone for value in results if value.zone), "")
    return gather(sql, type_, at, parts, zone)


def _tests(env: Env, node: tree.Case) -> tuple[list[str], list[Typed]]:
    if node.operand is None:
        tests = [
            expressions.condition(env, when, "CASE WHEN clause")
            for when, _result in node.branches
        ]
        return [test.sql for test in tests], tests
    operand = expressions.translate(env, node.operand)
    if operand.volatile:
        env.tx.unsupported(node.at, "CASE on a value that changes from call to call")
    tests, parts = [], [operand]
    for when, _result in node.branches:
        value = expressions.translate(env, when)
        if common(operand.type, value.type) is None:
            env.tx.wrong(
                value.at,
                "CASE operand type does not match WHEN clause operand type: "
                f"{operand.type} vs {value.type}",
            )
        tests.append(comparisons.pair(env, "=", operand, value, value.at, only_true=True))
        parts.append(value)
    return [test.sql for test in tests], parts


def if_(env: Env, node: tree.Call) -> Typed:
    """IF(condition, then[, otherwise])."""
    if len(node.args) not in {2, 3}:
        env.tx.wrong(node.at, "Invalid number of arguments for 'if' function")
    test = expressions.predicate(env, node.args[0], "IF condition")
    results = [expressions.translate(env, arg) for arg in node.args[1:]]
    type_, written = unified(env, results, "IF results")
    otherwise = written[1] if len(written) == 2 else "NULL"
    sql = f"CASE WHEN {test.sql} THEN {written[0]} ELSE {otherwise} END"
    return _cased(sql, type_, node.at, [test, *results], results)


def coalesce(env: Env, node: tree.Call) -> Typed:
    """COALESCE(a, b, ...)."""
    if len(node.args) < 2:
        env.tx.wrong(node.at, "The 'coalesce' function must have at least two arguments")
    values = [expressions.translate(env, arg) for arg in node.args]
    type_, written = unified(env, values, "COALESCE operands")
    zone = next((value.zone for value in values if value.zone), "")
    return gather(f"coalesce({', '.join(written)})", type_, node.at, values, zone)


def nullif(env: Env, node: tree.Call) -> Typed:
    """NULLIF(a, b): null where both are equal, else a with its own type."""
    if len(node.args) != 2:
        env.tx.wrong(node.at, "Invalid number of arguments for 'nullif' function")
    first, second = (expressions.translate(env, arg) for arg in node.args)
    if first.volatile:
        env.tx.unsupported(node.at, "NULLIF on a value that changes from call to call")
    if first.type.base == "unknown":
        return Typed("NULL", UNKNOWN, node.at)
    if common(first.type, second.type) is None:
        env.tx.wrong(
            second.at, f"Types are not comparable with NULLIF: {first.type} vs {second.type}"
        )
    equal = comparisons.pair(env, "=", first, second, node.at, only_true=True)
    sql = f"CASE WHEN {equal.sql} THEN NULL ELSE {first.sql} END"
    return _cased(sql, first.type, node.at, [first, second], [first])


def try_(env: Env, node: tree.Call) -> Typed:
    """TRY(x): null where x fails."""
    if len(node.args) != 1:
        env.tx.wrong(node.at, "The 'try' function must have exactly one argument")
    value = expressions.translate(env, node.args[0])
    if value.volatile:
        env.tx.unsupported(node.at, "TRY around a value that changes from call to call")
    if value.aggregate or value.windowed:
        env.tx.unsupported(node.at, "TRY around an aggregation")
    return gather(f"TRY({value.sql})", value.type, node.at, (value,), value.zone)


def extreme(env: Env, node: tree.Call) -> Typed:
    """GREATEST and LEAST: null when any argument is null, NaN only when all are NaN."""
    if not node.args:
        env.tx.wrong(node.at, f"{node.name} needs at least one argument")
    values = [expressions.translate(env, arg) for arg in node.args]
    type_, written = unified(env, values, f"{node.name.upper()} operands")
    if type_.base in {"row", "array", "map", "json", "timestamp with time zone"}:
        env.tx.unsupported(node.at, f"{node.name} of type {type_}")
    if type_.base == "boolean":
        env.tx.unsupported(node.at, f"{node.name} of booleans")
    if type_.base == "unknown":
        return Typed("NULL", UNKNOWN, node.at)
    nulls = " OR ".join(f"{item} IS NULL" for item in written)
    if type_.base in {"real", "double"}:
        listed = ", ".join(f"nullif({item}, CAST('nan' AS {duck(type_)}))" for item in written)
        best = f"coalesce({node.name}({listed}), CAST('nan' AS {duck(type_)}))"
    else:
        best = f"{node.name}({', '.join(written)})"
    sql = f"CASE WHEN {nulls} THEN NULL ELSE {best} END"
    return gather(f"CAST({sql} AS {duck(type_)})", type_, node.at, values)


def boolean(sql: str, at: int, parts: Sequence[Typed]) -> Typed:
    """A boolean made of parts."""
    return gather(sql, BOOLEAN, at, parts)


FORMS: dict[str, Callable[[Env, tree.Call], Typed]] = {
    "if": if_,
    "coalesce": coalesce,
    "nullif": nullif,
    "try": try_,
    "greatest": extreme,
    "least": extreme,
}
