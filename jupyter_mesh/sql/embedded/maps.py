"""Functions on maps, and aggregates that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded.registry import aggregates, scalars
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import array, duck, map_of, row

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.aggregation import Tail
    from jupyter_mesh.sql.embedded.registry import Bound

_KEYS = {"boolean", "tinyint", "smallint", "integer", "bigint", "decimal", "varchar", "date"}
_KEYS |= {"timestamp", "uuid"}


def _keyed(bound: Bound, base: str) -> None:
    if base not in _KEYS:
        bound.env.tx.unsupported(bound.at, f"a map with keys of type {base}")


def _map(bound: Bound) -> str:
    _keyed(bound, bound.args[0].type.items[0].base)
    return f"mesh_map({bound[0]}, {bound[1]})"


def _entries(bound: Bound) -> Typed:
    key, item = bound.args[0].type.items
    made = (
        f"list_transform(map_entries({bound[0]}), lambda e: struct_pack("
        "\"f1\" := struct_extract(e, 'key'), \"f2\" := struct_extract(e, 'value')))"
    )
    return Typed(made, array(row(key, item)))


def _from_entries(bound: Bound) -> Typed:
    entry = bound.args[0].type.items[0]
    if entry.base != "row" or len(entry.fields) != 2:
        bound.env.tx.wrong(bound.at, "map_from_entries expects an array of rows of two fields")
    from jupyter_mesh.sql.embedded.types import field_names

    first, second = field_names(entry)
    _keyed(bound, entry.fields[0].type.base)
    keys = f"list_transform({bound[0]}, lambda e: struct_extract(e, '{first}'))"
    values = f"list_transform({bound[0]}, lambda e: struct_extract(e, '{second}'))"
    sql = f"mesh_map({keys}, {values})"
    return Typed(sql, map_of(entry.fields[0].type, entry.fields[1].type))


def _histogram(bound: Bound, after: Tail) -> str:
    kind = bound.args[0].type
    _keyed(bound, kind.base)
    return f"CAST({after.call('histogram', bound[0])} AS {duck(bound.result)})"


def _concat(bound: Bound) -> str:
    tests = " OR ".join(f"{arg.sql} IS NULL" for arg in bound.args)
    listed = ", ".join(arg.sql for arg in bound.args)
    return f"CASE WHEN {tests} THEN NULL ELSE map_concat({listed}) END"


scalars(
    {
        "map(array(K), array(V)) -> map(K, V)": _map,
        "map_keys(map(K, V)) -> array(K)": "map_keys({0})",
        "map_values(map(K, V)) -> array(V)": "map_values({0})",
        "map_entries(map(K, V)) -> array(K)": _entries,
        "map_from_entries(array(T)) -> T": _from_entries,
        "map_concat(map(K, V), map(K, V), map(K, V)...) -> map(K, V)": _concat,
        "map_concat(map(K, V), map(K, V)) -> map(K, V)": _concat,
        "cardinality(map(K, V)) -> bigint": "CAST(cardinality({0}) AS BIGINT)",
        "element_at(map(K, V), K) -> V": "map_extract_value({0}, {1})",
    }
)


def _map_agg(bound: Bound, after: Tail) -> str:
    """One entry a key; where a key comes twice any of its values may stay, as in Trino."""
    _keyed(bound, bound.args[0].type.base)
    if after.over:
        bound.env.tx.unsupported(bound.at, "map_agg as a window function")
    entry = f"struct_pack(k := {bound[0]}, v := {bound[1]})"
    return f"mesh_first_entries({after.call('array_agg', entry)})"


aggregates(
    {
        "histogram(K) -> map(K, bigint)": _histogram,
        "map_agg(K, V) -> map(K, V)": _map_agg,
    }
)
