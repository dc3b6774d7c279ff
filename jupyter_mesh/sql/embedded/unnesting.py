"""UNNEST of arrays, arrays of rows and maps, side by side and numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import expressions, relations
from jupyter_mesh.sql.embedded.scope import Column, Env, Scope
from jupyter_mesh.sql.embedded.typed import text_literal
from jupyter_mesh.sql.embedded.types import BIGINT, field_names

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql import tree


def unnest(env: Env, node: tree.Unnest, before: tuple[Column, ...]) -> relations.Source:
    """`UNNEST(a, m) WITH ORDINALITY`: shorter ones are filled up with nulls."""
    scope = Scope(list(before), env.scope)
    inner = env.within(scope=scope, keys=None, clause="UNNEST")
    lists, cells, found = [], [], []
    alias = env.tx.alias()
    for place, item in enumerate(node.items, 1):
        value = expressions.translate(inner, item)
        type_ = value.type
        if type_.base == "map":
            lists += [f"map_keys({value.sql})", f"map_values({value.sql})"]
            found += list(type_.items)
        elif type_.base == "array":
            lists.append(value.sql)
            found.append(type_.items[0])
        elif type_.base == "unknown":
            env.tx.unsupported(item.at, "UNNEST of NULL")
        else:
            env.tx.wrong(item.at, f"Cannot unnest type: {type_}", f"It is item {place}.")
    columns: list[Column] = []
    # One list position drives all of them, so that they stay side by side.
    longest = ", ".join(f"coalesce(len({sql}), 0)" for sql in lists)
    size = f"greatest({longest})" if len(lists) > 1 else longest
    name = env.tx.alias("x")
    for sql, type_ in zip(lists, found, strict=True):
        for cell, label, kind in _cells(f"list_extract({sql}, {name})", type_):
            cells.append(cell)
            columns.append(Column(label, (), kind, _field(alias, len(cells))))
    if node.ordinality:
        cells.append(f"CAST({name} AS BIGINT)")
        columns.append(Column("ordinality", (), BIGINT, _field(alias, len(cells))))
    packed = ", ".join(f"c{place} := {cell}" for place, cell in enumerate(cells, 1))
    items = f"list_transform(range(1, {size} + 1), lambda {name}: struct_pack({packed}))"
    lateral = "LATERAL " if before else ""
    sql = f"{lateral}(SELECT unnest({items}) AS s) AS {alias}(s)"
    return relations.Source(sql, tuple(columns))


def _field(alias: str, place: int) -> str:
    return f"struct_extract({alias}.s, 'c{place}')"


def _cells(sql: str, type_: TrinoType) -> list[tuple[str, str, TrinoType]]:
    """An array of rows becomes one column a field; anything else is one column."""
    if type_.base != "row":
        return [(sql, "_col", type_)]
    return [
        (f"struct_extract({sql}, {text_literal(name)})", field.name or "_col", field.type)
        for name, field in zip(field_names(type_), type_.fields, strict=True)
    ]
