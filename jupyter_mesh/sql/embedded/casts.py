"""CAST and TRY_CAST: every pair of types that Trino casts and DuckDB can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import clocks, expressions, jsons
from jupyter_mesh.sql.embedded.conversions import convert, mapped, rebuilt
from jupyter_mesh.sql.embedded.typed import Typed, gather, text_literal
from jupyter_mesh.sql.embedded.types import JSON, array, common, duck, supported

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}


def cast(env: Env, node: tree.Cast) -> Typed:
    """CAST(x AS type), TRY_CAST(x AS type)."""
    value = expressions.translate(env, node.operand)
    target = node.type
    if not supported(target):
        env.tx.unsupported(node.at, f"the type {target}")
    if value.type.base == target.base == "timestamp with time zone":
        if value.type.numbers > target.numbers:
            env.tx.unsupported(node.at, f"a cast from {value.type} to {target}")
        return gather(value.sql, target, node.at, (value,), value.zone)
    sql = written(env, value, target, node.at)
    if node.is_try:
        if value.volatile or value.aggregate or value.windowed:
            env.tx.unsupported(node.at, "TRY_CAST around this value")
        sql = f"TRY({sql})"
    zone = env.tx.zone if target.base == "timestamp with time zone" else ""
    found = gather(sql, target, node.at, (value,), zone)
    plain = value.type.is_integer and target.is_numeric and value.literal is not None
    return (
        Typed(sql, target, node.at, literal=value.literal)
        if plain and not node.is_try
        else found
    )


def written(env: Env, value: Typed, target: TrinoType, at: int) -> str:
    """DuckDB text of the cast; a refusal where Trino refuses the pair."""
    if value.type.base == "timestamp with time zone":
        return _from_zoned(env, value, target, at)
    return between(env, value.sql, value.type, target, at)


def between(env: Env, sql: str, source: TrinoType, target: TrinoType, at: int) -> str:
    """DuckDB text of a cast from one type to another."""
    if source == target:
        return sql
    if source.base == "unknown":
        return f"CAST(NULL AS {duck(target)})"
    if source.base == target.base and source.base in {"array", "map", "row"}:
        return _nested(env, sql, source, target, at)
    if target.base == "json":
        return jsons.to_json(env, sql, source, at)
    if source.base == "json":
        return jsons.from_json(env, sql, target, at)
    writer = _CASTS.get((source.base, target.base))
    if writer is None:
        if {source.base, target.base} & _UNSURE:
            env.tx.unsupported(at, f"a cast from {source} to {target}")
        env.tx.wrong(at, f"Cannot cast {source} to {target}")
    if target.base == "timestamp with time zone":
        inner = sql if source.base == "timestamp" else f"CAST({sql} AS TIMESTAMP)"
        return clocks.instant(inner, env.tx.zone)
    return writer(sql, source, target)


_UNSURE = {"ipaddress", "time with time zone", "timestamp with time zone", "char", "varbinary"}
_UNSURE |= {"interval day to second", "interval year to month", "json"}


def _nested(env: Env, sql: str, source: TrinoType, target: TrinoType, at: int) -> str:
    if source.base == "array":
        return mapped(
            sql, lambda item: between(env, item, source.items[0], target.items[0], at)
        )
    if source.base == "map":
        old, new = source.items, target.items
        keys = between(env, f"map_keys({sql})", array(old[0]), array(new[0]), at)
        values = between(env, f"map_values({sql})", array(old[1]), array(new[1]), at)
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE map({keys}, {values}) END"
    if len(source.fields) != len(target.fields):
        env.tx.wrong(at, f"Cannot cast {source} to {target}")
    return rebuilt(
        sql, source, target, lambda field, old, new: between(env, field, old, new, at)
    )


def _from_zoned(env: Env, value: Typed, target: TrinoType, at: int) -> str:
    clock = clocks.local(value.sql, value.zone or "UTC")
    own = TrinoType("timestamp", value.type.numbers)
    if target.base in {"timestamp", "date", "time"}:
        return between(env, clock, own, target, at)
    if target.base == "varchar":
        text = between(env, clock, own, TrinoType("varchar"), at)
        return _limited(f"({text} || {text_literal(' ' + (value.zone or 'UTC'))})", target)
    return env.tx.unsupported(at, f"a cast from {value.type} to {target}")


# ---- writers: (sql, source, target) -> sql


def _plain(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST({sql} AS {duck(target)})"


def _widened(sql: str, source: TrinoType, target: TrinoType) -> str:
    return convert(sql, source, target)


def _half_up(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST(round({sql}) AS {duck(target)})"


def _through_text(sql: str, _source: TrinoType, target: TrinoType) -> str:
    # The shortest text of a double is what Trino rounds, not its binary value.
    return f"CAST(CAST({sql} AS VARCHAR) AS {duck(target)})"


def _is_not_zero(sql: str, _source: TrinoType, _target: TrinoType) -> str:
    return f"({sql} <> 0)"


def _from_boolean(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST(CAST({sql} AS INTEGER) AS {duck(target)})"


def _text_to_integer(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST(mesh_integer_text({sql}, 'Cannot cast to {target}') AS {duck(target)})"


def _text_to_float(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST(mesh_float_text({sql}, 'Cannot cast to {target}') AS {duck(target)})"


def _text_to_decimal(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"CAST(mesh_decimal_text({sql}) AS {duck(target)})"


def _text_to_boolean(sql: str, _source: TrinoType, _target: TrinoType) -> str:
    return f"mesh_boolean({sql})"


def _text_to_date(sql: str, _source: TrinoType, _target: TrinoType) -> str:
    return f"CAST(mesh_date_text({sql}) AS DATE)"


def _text_to_timestamp(sql: str, _source: TrinoType, target: TrinoType) -> str:
    value = f"CAST(mesh_timestamp_text({sql}) AS TIMESTAMP)"
    return _rounded_timestamp(value, 6, target.numbers[0])


def _text_to_time(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return _rounded_time(f"CAST(mesh_time_text({sql}) AS TIME)", 6, target.numbers[0])


def _text_to_text(sql: str, source: TrinoType, target: TrinoType) -> str:
    if target.numbers and (not source.numbers or source.numbers > target.numbers):
        return f"substring({sql}, 1, {target.numbers[0]})"
    return sql


def _to_char(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return f"rpad({sql}, {target.numbers[0]}, ' ')"


def _limited(sql: str, target: TrinoType) -> str:
    """Text made of another value: too long is an error, never cut."""
    return f"mesh_fits({sql}, {target.numbers[0]})" if target.numbers else sql


def _to_text(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return _limited(f"CAST({sql} AS VARCHAR)", target)


def _decimal_to_text(sql: str, source: TrinoType, target: TrinoType) -> str:
    text = f"CAST({sql} AS VARCHAR)"
    if source.numbers[0] == source.numbers[1]:
        # DuckDB leaves the zero before the point away where the type has no room for it.
        text = f"mesh_decimal_spelled({text})"
    return _limited(text, target)


def _float_to_text(sql: str, source: TrinoType, target: TrinoType) -> str:
    return _limited(f"mesh_{source.base}_text({sql})", target)


def _timestamp_to_text(sql: str, source: TrinoType, target: TrinoType) -> str:
    digits = source.numbers[0]
    text = f"strftime({sql}, '%Y-%m-%d %H:%M:%S')"
    if digits:
        text = f"left(strftime({sql}, '%Y-%m-%d %H:%M:%S.%f'), {20 + digits})"
    return _limited(text, target)


def _time_to_text(sql: str, source: TrinoType, target: TrinoType) -> str:
    moment = f"(DATE '2000-01-01' + {sql})"
    digits = source.numbers[0]
    text = f"strftime({moment}, '%H:%M:%S')"
    if digits:
        text = f"left(strftime({moment}, '%H:%M:%S.%f'), {9 + digits})"
    return _limited(text, target)


def _rounded_timestamp(sql: str, have: int, want: int) -> str:
    return sql if want >= have else f"mesh_round_timestamp({sql}, {10 ** (6 - want)})"


def _rounded_time(sql: str, have: int, want: int) -> str:
    return sql if want >= have else f"mesh_round_time({sql}, {10 ** (6 - want)})"


def _timestamp_to_timestamp(sql: str, source: TrinoType, target: TrinoType) -> str:
    return _rounded_timestamp(sql, source.numbers[0], target.numbers[0])


def _time_to_time(sql: str, source: TrinoType, target: TrinoType) -> str:
    return _rounded_time(sql, source.numbers[0], target.numbers[0])


def _timestamp_to_time(sql: str, source: TrinoType, target: TrinoType) -> str:
    return _rounded_time(f"CAST({sql} AS TIME)", source.numbers[0], target.numbers[0])


def _days_to_text(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return _limited(f"mesh_days_text({sql})", target)


def _months_to_text(sql: str, _source: TrinoType, target: TrinoType) -> str:
    return _limited(f"mesh_months_text({sql})", target)


def _text_to_bytes(sql: str, _source: TrinoType, _target: TrinoType) -> str:
    return f"encode({sql})"


def _text_to_uuid(sql: str, _source: TrinoType, _target: TrinoType) -> str:
    return f"CAST(mesh_uuid_text({sql}) AS UUID)"


_CASTS: dict[tuple[str, str], Callable[[str, TrinoType, TrinoType], str]] = {
    **{(a, b): _plain for a in _INTEGERS for b in _INTEGERS},
    **{(a, b): _widened for a in _INTEGERS for b in ("real", "double")},
    **{(a, "decimal"): _plain for a in (*_INTEGERS, "decimal")},
    **{("decimal", a): _plain for a in _INTEGERS},
    **{("decimal", a): _widened for a in ("real", "double")},
    **{(a, b): _half_up for a in ("real", "double") for b in _INTEGERS},
    **{(a, "decimal"): _through_text for a in ("real", "double")},
    ("real", "double"): _plain,
    ("double", "real"): _plain,
    **{(a, "boolean"): _is_not_zero for a in (*_INTEGERS, "decimal", "real", "double")},
    **{("boolean", a): _from_boolean for a in (*_INTEGERS, "decimal", "real", "double")},
    **{("varchar", a): _text_to_integer for a in _INTEGERS},
    **{("varchar", a): _text_to_float for a in ("real", "double")},
    ("varchar", "decimal"): _text_to_decimal,
    ("varchar", "boolean"): _text_to_boolean,
    ("varchar", "date"): _text_to_date,
    ("varchar", "timestamp"): _text_to_timestamp,
    ("varchar", "time"): _text_to_time,
    ("varchar", "varchar"): _text_to_text,
    ("varchar", "char"): _to_char,
    ("char", "char"): _to_char,
    ("char", "varchar"): _text_to_text,
    ("varchar", "varbinary"): _text_to_bytes,
    ("varchar", "uuid"): _text_to_uuid,
    ("uuid", "varchar"): _to_text,
    **{(a, "varchar"): _to_text for a in (*_INTEGERS, "boolean", "date")},
    ("decimal", "varchar"): _decimal_to_text,
    **{(a, "varchar"): _float_to_text for a in ("real", "double")},
    ("timestamp", "varchar"): _timestamp_to_text,
    ("time", "varchar"): _time_to_text,
    ("interval day to second", "varchar"): _days_to_text,
    ("interval year to month", "varchar"): _months_to_text,
    ("date", "timestamp"): _plain,
    ("timestamp", "date"): _plain,
    ("timestamp", "timestamp"): _timestamp_to_timestamp,
    ("time", "time"): _time_to_time,
    ("timestamp", "time"): _timestamp_to_time,
    ("date", "timestamp with time zone"): _plain,
    ("timestamp", "timestamp with time zone"): _plain,
}


def json_literal(env: Env, value: str, at: int) -> Typed:
    """`JSON '...'`."""
    text = jsons.canonical(value)
    if text is None:
        env.tx.wrong(at, f"Cannot convert value to JSON: '{value}'")
    return Typed(text_literal(text), JSON, at, literal=text)


def castable(source: TrinoType, target: TrinoType) -> bool:
    """Whether a value may be stored in a column: as itself or by a coercion."""
    return common(source, target) == target or (source.base, target.base) in _CASTS
