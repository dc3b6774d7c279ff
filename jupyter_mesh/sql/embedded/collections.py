"""Arrays, rows and subscripts as the grammar writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import conditionals, expressions
from jupyter_mesh.sql.embedded import types as t
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.typed import Typed, gather

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.scope import Env


def array(env: Env, node: tree.Array) -> Typed:
    """`ARRAY[a, b]`."""
    items = [expressions.translate(env, item) for item in node.items]
    type_, written = conditionals.unified(env, items, "ARRAY elements")
    if type_.base == "timestamp with time zone":
        env.tx.unsupported(node.at, "arrays of timestamps with time zone")
    found = t.array(type_)
    sql = f"CAST([{', '.join(written)}] AS {t.duck(found)})"
    texts = [item.literal for item in items]
    if type_.is_numeric and all(text is not None for text in texts):
        return Typed(sql, found, node.at, literal=",".join(map(str, texts)))
    return gather(sql, found, node.at, items)


def row(env: Env, node: tree.Row) -> Typed:
    """`ROW(a, b)` or `(a, b)`."""
    items = [expressions.translate(env, item) for item in node.items]
    type_ = t.row(*(item.type for item in items))
    parts = []
    for place, item in enumerate(items, 1):
        if item.type.base == "timestamp with time zone":
            env.tx.unsupported(item.at, "rows of timestamps with time zone")
        sql = f"CAST({item.sql} AS {t.duck(item.type)})"
        parts.append(f'"f{place}" := {sql}')
    found = gather(f"struct_pack({', '.join(parts)})", type_, node.at, items)
    if all(item.literal is not None for item in items):
        return Typed(found.sql, type_, node.at, literal="row")
    return found


def subscript(env: Env, node: tree.Subscript) -> Typed:
    """`a[i]`: of an array (from 1, inside it), a map (a key it has) or a row (a field)."""
    value = expressions.translate(env, node.operand)
    index = expressions.translate(env, node.index)
    if value.type.base == "row":
        return _field(env, value, node.index)
    if value.type.base == "array":
        if not index.type.is_integer:
            env.tx.wrong(node.at, f"Cannot use {index.type} for subscript of {value.type}")
        item = value.type.items[0]
        sql = f"mesh_item({value.sql}, CAST({index.sql} AS BIGINT))"
        return gather(f"CAST({sql} AS {t.duck(item)})", item, node.at, (value, index))
    if value.type.base == "map":
        key, item = value.type.items
        if not t.coercible(index.type, key):
            env.tx.wrong(node.at, f"Cannot use {index.type} for subscript of {value.type}")
        wanted = convert(index.sql, index.type, key, env.tx.zone)
        sql = f"mesh_entry({value.sql}, {wanted})"
        return gather(f"CAST({sql} AS {t.duck(item)})", item, node.at, (value, index))
    return env.tx.wrong(node.at, f"Cannot use {index.type} for subscript of {value.type}")


def _field(env: Env, value: Typed, index: tree.Expression) -> Typed:
    if not isinstance(index, tree.Literal) or index.kind != "integer":
        env.tx.wrong(index.at, "Subscript expression on ROW requires a constant index")
    place, size = int(index.value), len(value.type.fields)
    if not 1 <= place <= size:
        env.tx.wrong(
            index.at, f"ROW index out of bounds: {place}", f"The row has {size} fields."
        )
    name = t.field_names(value.type)[place - 1].replace("'", "''")
    return value.become(
        f"struct_extract({value.sql}, '{name}')", value.type.fields[place - 1].type
    )
