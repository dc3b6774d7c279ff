"""Values turned into a wider type without being asked: Trino's implicit coercions in DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.names import quote
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import clocks
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import duck, field_names

if TYPE_CHECKING:
    from collections.abc import Callable

_SAME = {("varchar", "varchar"), ("timestamp", "timestamp"), ("time", "time")}


def widened(value: Typed, target: TrinoType, zone: str = "UTC") -> Typed:
    """The value as the wider type; the caller has checked that it is one."""
    if value.type == target:
        return value
    sql = convert(value.sql, value.type, target, zone)
    found = value.become(sql, target)
    if target.base == "timestamp with time zone" and not value.zone:
        return Typed(
            sql, target, value.at, value.loose, value.aggregate, value.windowed, None, zone
        )
    return found


def convert(sql: str, source: TrinoType, target: TrinoType, zone: str = "UTC") -> str:
    """DuckDB text of the value as the wider type."""
    pair = (source.base, target.base)
    if source == target or pair in _SAME:
        return sql
    if source.base == "unknown":
        return f"CAST(NULL AS {duck(target)})"
    if target.base == "char":
        return f"rpad({sql}, {target.numbers[0]}, ' ')"
    if (pair == ("decimal", "double") and source.numbers[0] > 15) or pair == (
        "decimal",
        "real",
    ):
        # DuckDB divides two numbers here, which is off by one unit for long decimals.
        return f"CAST(CAST({sql} AS VARCHAR) AS {duck(target)})"
    if target.base == "timestamp with time zone" and source.base in {"timestamp", "date"}:
        return clocks.instant(f"CAST({sql} AS TIMESTAMP)", zone)
    if source.base == target.base and source.base in {"array", "map", "row"}:
        return _nested(sql, source, target, zone)
    return sql if duck(source) == duck(target) else f"CAST({sql} AS {duck(target)})"


def _nested(sql: str, source: TrinoType, target: TrinoType, zone: str) -> str:
    if duck(source) == duck(target) and not _holds(target, "char"):
        return sql
    if source.base == "array":
        return mapped(sql, lambda item: convert(item, source.items[0], target.items[0], zone))
    if source.base == "map":
        keys = convert(f"map_keys({sql})", _list(source, 0), _list(target, 0), zone)
        values = convert(f"map_values({sql})", _list(source, 1), _list(target, 1), zone)
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map({keys}, {values}) END"
    return rebuilt(
        sql,
        source,
        target,
        lambda field, old, new: convert(field, old, new, zone),
    )


def _list(type_: TrinoType, place: int) -> TrinoType:
    return TrinoType("array", (), (type_.items[place],))


def _holds(type_: TrinoType, base: str) -> bool:
    parts = (*type_.items, *(field.type for field in type_.fields))
    return type_.base == base or any(_holds(part, base) for part in parts)


def mapped(sql: str, change: Callable[[str], str]) -> str:
    """A list with every item changed."""
    # The name is made from the nesting so that a lambda within a lambda has its own.
    name = f"e{sql.count('lambda') + 1}"
    return f"list_transform({sql}, lambda {name}: {change(name)})"


def rebuilt(
    sql: str,
    source: TrinoType,
    target: TrinoType,
    change: Callable[[str, TrinoType, TrinoType], str],
) -> str:
    """A row with every field changed."""
    parts = []
    for old_name, new_name, old, new in zip(
        field_names(source), field_names(target), source.fields, target.fields, strict=True
    ):
        item = change(f"struct_extract({sql}, {_text(old_name)})", old.type, new.type)
        parts.append(f"{quote(new_name)} := {item}")
    built = f"struct_pack({', '.join(parts)})"
    return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {built} END"


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
