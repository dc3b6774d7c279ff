"""Functions on arrays. Nulls inside an array are unknown values, not values like others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import casts
from jupyter_mesh.sql.embedded.registry import SCALARS, scalars
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import DATE, VARCHAR, array, duck

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql.embedded.registry import Bound

# Items that DuckDB compares as Trino does.
_COMPARED = frozenset(
    (
        *("boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "varchar", "date"),
        *("timestamp", "time", "uuid", "varbinary", "char"),
    )
)


def _items(template: str) -> Callable[[Bound], str]:
    """A template for arrays whose items can be compared."""

    def write(bound: Bound) -> str:
        for arg in bound.args:
            if arg.type.base == "array" and arg.type.items[0].base not in _COMPARED:
                bound.env.tx.unsupported(bound.at, f"{bound.name} of type {arg.type}")
        return template.format(*(arg.sql for arg in bound.args))

    return write


def _joined(bound: Bound) -> str:
    item = bound.args[0].type.items[0]
    if item.base in {"array", "map", "row"}:
        bound.env.tx.unsupported(bound.at, f"array_join of type {bound.args[0].type}")
    text = casts.between(bound.env, "e", item, VARCHAR, bound.at)
    texts = f"list_transform({bound[0]}, lambda e: {text})"
    if len(bound.args) == 3:
        texts = f"list_transform({texts}, lambda e: coalesce(e, {bound[2]}))"
    return f"mesh_join({texts}, {bound[1]})"


def _concat(bound: Bound) -> str:
    tests = " OR ".join(f"{arg.sql} IS NULL" for arg in bound.args)
    sql = bound[0]
    for arg in bound.args[1:]:
        sql = f"list_concat({sql}, {arg.sql})"
    return f"CASE WHEN {tests} THEN NULL ELSE {sql} END"


def _append(bound: Bound) -> str:
    return (
        f"CASE WHEN {bound[0]} IS NULL THEN NULL ELSE list_append({bound[0]}, {bound[1]}) END"
    )


def _prepend(bound: Bound) -> str:
    return (
        f"CASE WHEN {bound[1]} IS NULL THEN NULL ELSE list_prepend({bound[0]}, {bound[1]}) END"
    )


def _repeat(bound: Bound) -> Typed:
    item = bound.args[0].type
    value = f"CAST({bound[0]} AS {duck(item)})"
    return Typed(
        f"list_transform(range(0, greatest({bound[1]}, 0)), lambda e: {value})", array(item)
    )


def _sequence_of_dates(bound: Bound) -> Typed:
    low, high = bound[0], bound[1]
    if len(bound.args) == 2:
        days = f"mesh_sequence(0, CAST({high} - {low} AS BIGINT))"
        return Typed(
            f"list_transform({days}, lambda e: {low} + CAST(e AS INTEGER))", array(DATE)
        )
    step = bound.args[2]
    if step.literal is None or int(step.literal) == 0:
        bound.env.tx.unsupported(bound.at, "sequence with this step")
    if step.type.base == "interval day to second":
        if int(step.literal) % 86_400_000:
            bound.env.tx.wrong(bound.at, "sequence step must be a day interval")
        count = int(step.literal) // 86_400_000
        numbers = f"mesh_steps(0, CAST({high} - {low} AS BIGINT), CAST({count} AS BIGINT))"
        return Typed(
            f"list_transform({numbers}, lambda e: {low} + CAST(e AS INTEGER))", array(DATE)
        )
    months = int(step.literal)
    span = f"(date_diff('month', {low}, {high}))"
    numbers = f"mesh_steps(0, {span}, CAST({months} AS BIGINT))"
    day = f"CAST({low} + to_months(CAST(e AS INTEGER)) AS DATE)"
    dates = f"list_transform({numbers}, lambda e: {day})"
    sign = "<=" if months > 0 else ">="
    return Typed(f"list_filter({dates}, lambda e: e {sign} {high})", array(DATE))


def _element(bound: Bound) -> str:
    return f"mesh_element_at({bound[0]}, {bound[1]})"


def _flatten(bound: Bound) -> str:
    return f"flatten(list_filter({bound[0]}, lambda e: e IS NOT NULL))"


def _zip(bound: Bound) -> str:
    longest = ", ".join(f"len({arg.sql})" for arg in bound.args)
    cells = ", ".join(
        f'"f{place}" := list_extract({arg.sql}, e)' for place, arg in enumerate(bound.args, 1)
    )
    tests = " OR ".join(f"{arg.sql} IS NULL" for arg in bound.args)
    numbers = f"range(1, greatest({longest}) + 1)"
    return (
        f"CASE WHEN {tests} THEN NULL ELSE "
        f"list_transform({numbers}, lambda e: struct_pack({cells})) END"
    )


def _typed_zip(bound: Bound) -> Typed:
    from jupyter_mesh.sql.embedded.types import row

    return Typed(_zip(bound), array(row(*(arg.type.items[0] for arg in bound.args))))


def _contains(bound: Bound) -> str:
    return _items("mesh_contains({0}, {1})")(bound)


scalars(
    {
        "cardinality(array(T)) -> bigint": "CAST(len({0}) AS BIGINT)",
        "contains(array(T), T) -> boolean": _contains,
        "array_position(array(T), T) -> bigint": _items("mesh_position({0}, {1})"),
        "array_distinct(array(T)) -> array(T)": _items("mesh_distinct({0})"),
        "array_sort(array(T)) -> array(T)": _items("list_sort({0}, 'ASC', 'NULLS LAST')"),
        "array_max(array(T)) -> T": _items("mesh_array_max({0})"),
        "array_min(array(T)) -> T": _items("mesh_array_min({0})"),
        "array_remove(array(T), T) -> array(T)": _items("mesh_remove({0}, {1})"),
        "array_union(array(T), array(T)) -> array(T)": _items("mesh_union({0}, {1})"),
        "array_intersect(array(T), array(T)) -> array(T)": _items("mesh_intersect({0}, {1})"),
        "array_except(array(T), array(T)) -> array(T)": _items("mesh_except({0}, {1})"),
        "arrays_overlap(array(T), array(T)) -> boolean": _items("mesh_overlap({0}, {1})"),
        "array_join(array(T), varchar) -> varchar": _joined,
        "array_join(array(T), varchar, varchar) -> varchar": _joined,
        "concat(array(T), array(T), array(T)...) -> array(T)": _concat,
        "concat(array(T), array(T)) -> array(T)": _concat,
        "concat(array(T), T) -> array(T)": _append,
        "concat(T, array(T)) -> array(T)": _prepend,
        "slice(array(T), bigint, bigint) -> array(T)": "mesh_slice({0}, {1}, {2})",
        "trim_array(array(T), bigint) -> array(T)": "mesh_trim_array({0}, {1})",
        "element_at(array(T), bigint) -> T": _element,
        "reverse(array(T)) -> array(T)": "list_reverse({0})",
        "flatten(array(array(T))) -> array(T)": _flatten,
        "repeat(T, bigint) -> array(T)": _repeat,
        "sequence(bigint, bigint) -> array(bigint)": "mesh_sequence({0}, {1})",
        "sequence(bigint, bigint, bigint) -> array(bigint)": "mesh_steps({0}, {1}, {2})",
        "sequence(date, date) -> array(date)": _sequence_of_dates,
        "sequence(date, date, interval day to second) -> array(date)": _sequence_of_dates,
        "sequence(date, date, interval year to month) -> array(date)": _sequence_of_dates,
        "zip(array(T), array(U)) -> array(T)": _typed_zip,
        "zip(array(T), array(U), array(V)) -> array(T)": _typed_zip,
    }
)
SCALARS.partial |= {"contains", "sequence", "element_at", "slice", "reverse"}
