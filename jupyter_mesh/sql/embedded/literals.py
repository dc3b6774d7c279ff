"""Values written out in a statement, and values handed in beside it."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import casts, moments
from jupyter_mesh.sql.embedded.typed import Typed, text_literal
from jupyter_mesh.sql.embedded.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAYS,
    DOUBLE,
    INTEGER,
    JSON,
    MONTHS,
    UNKNOWN,
    UUID,
    VARBINARY,
    VARCHAR,
    array,
    common,
    decimal,
    duck,
    varchar,
)

if TYPE_CHECKING:
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env

_DAY_UNITS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000}
_INTERVALS = {
    ("YEAR", "YEAR"): r"(\d+)",
    ("MONTH", "MONTH"): r"(\d+)",
    ("YEAR", "MONTH"): r"(\d+)-(\d+)",
    ("DAY", "DAY"): r"(\d+)",
    ("HOUR", "HOUR"): r"(\d+)",
    ("MINUTE", "MINUTE"): r"(\d+)",
    ("SECOND", "SECOND"): r"(\d+(?:\.\d{1,3})?)",
    ("DAY", "HOUR"): r"(\d+) (\d+)",
    ("DAY", "MINUTE"): r"(\d+) (\d+):(\d+)",
    ("DAY", "SECOND"): r"(\d+) (\d+):(\d+):(\d+(?:\.\d{1,3})?)",
    ("HOUR", "MINUTE"): r"(\d+):(\d+)",
    ("HOUR", "SECOND"): r"(\d+):(\d+):(\d+(?:\.\d{1,3})?)",
    ("MINUTE", "SECOND"): r"(\d+):(\d+(?:\.\d{1,3})?)",
}


def literal(env: Env, node: tree.Literal) -> Typed:
    """A plain literal."""
    if node.kind == "null":
        return Typed("NULL", UNKNOWN, node.at)
    if node.kind == "boolean":
        return Typed(node.value, BOOLEAN, node.at, literal=node.value)
    if node.kind == "string":
        return Typed(
            text_literal(node.value), varchar(len(node.value)), node.at, literal=node.value
        )
    if node.kind == "binary":
        return Typed(f"unhex('{node.value}')", VARBINARY, node.at, literal=node.value)
    if node.kind == "integer":
        return _integer(env, node)
    if node.kind == "double":
        return _double(env, node.value, DOUBLE, node.at)
    return _decimal(env, node.value, node.at)


def _integer(env: Env, node: tree.Literal) -> Typed:
    number = int(node.value)
    if not -(2**63) <= number < 2**63:
        env.tx.wrong(node.at, f"Invalid numeric literal: {node.value}")
    type_ = INTEGER if -(2**31) <= number < 2**31 else BIGINT
    sql = str(number) if number >= 0 else f"({number})"
    if number in {-(2**31), -(2**63)}:
        # DuckDB reads the digits first, as a wider type.
        sql = f"CAST('{number}' AS {duck(type_)})"
    return Typed(sql, type_, node.at, literal=node.value)


def _double(env: Env, value: str, type_: TrinoType, at: int) -> Typed:
    try:
        number = float(value.strip())
    except ValueError:
        env.tx.wrong(at, f"'{value}' is not a valid {type_} literal")
    return Typed(f"CAST('{number!r}' AS {duck(type_)})", type_, at, literal=str(number))


def _decimal(env: Env, value: str, at: int) -> Typed:
    match = re.fullmatch(r"\s*([+-]?)(\d*)(?:\.(\d*))?\s*", value)
    if match is None or not (match[2] or match[3]):
        env.tx.wrong(at, f"'{value}' is not a valid DECIMAL literal")
    sign, whole, fraction = match[1].replace("+", ""), match[2].lstrip("0"), match[3] or ""
    precision = len(whole) + len(fraction)
    if precision > 38:
        env.tx.wrong(at, f"Invalid numeric literal: {value}")
    text = f"{sign}{whole or '0'}" + (f".{fraction}" if fraction else "")
    type_ = decimal(max(1, precision), len(fraction))
    return Typed(f"CAST('{text}' AS {duck(type_)})", type_, at, literal=text)


def typed_literal(env: Env, node: tree.TypedLiteral) -> Typed:
    """`DATE '...'`, `DECIMAL '...'`, `BIGINT '...'` and the like."""
    base, value = node.type.base, node.value
    if base == "decimal":
        return _decimal(env, value, node.at)
    if base in {"real", "double"}:
        return _double(env, value, node.type, node.at)
    if base == "date":
        return moments.date_literal(env, value, node.at)
    if base in {"timestamp", "time"}:
        return moments.time_literal(env, base, value, node.at)
    if base == "varchar":
        return Typed(text_literal(value), VARCHAR, node.at, literal=value)
    if base == "uuid":
        return _uuid(env, value, node.at)
    if base == "json":
        return casts.json_literal(env, value, node.at)
    if node.type.is_integer or base == "boolean":
        return _checked(env, node)
    return env.tx.unsupported(node.at, f"a literal of type {node.type}")


def _checked(env: Env, node: tree.TypedLiteral) -> Typed:
    value = node.value.strip()
    if node.type.base == "boolean":
        if value.lower() not in {"true", "false"}:
            env.tx.wrong(node.at, f"'{node.value}' is not a valid BOOLEAN literal")
        return Typed(value.lower(), BOOLEAN, node.at, literal=value.lower())
    bits = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}[node.type.base]
    if not re.fullmatch(r"[+-]?\d+", value) or not -(2**bits) <= int(value) < 2**bits:
        env.tx.wrong(node.at, f"'{node.value}' is not a valid {node.type.base.upper()} literal")
    sql = f"CAST('{int(value)}' AS {duck(node.type)})"
    return Typed(sql, node.type, node.at, literal=str(int(value)))


def _uuid(env: Env, value: str, at: int) -> Typed:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        env.tx.wrong(at, f"'{value}' is not a valid UUID literal")
    return Typed(f"CAST('{value.lower()}' AS UUID)", UUID, at, literal=value)


def interval(env: Env, node: tree.Interval) -> Typed:
    """An interval: months, or milliseconds."""
    pattern = _INTERVALS.get((node.start, node.end))
    match = re.fullmatch(pattern, node.value.strip()) if pattern else None
    # A sign inside the quotes belongs to the whole.
    negative = node.negative
    if match is None and pattern and node.value.strip().startswith("-"):
        match, negative = re.fullmatch(pattern, node.value.strip()[1:]), not negative
    if match is None:
        env.tx.wrong(
            node.at,
            f"Invalid INTERVAL {node.start} literal: {node.value}",
        )
    numbers = [Decimal(part) for part in match.groups()]
    if node.start in {"YEAR", "MONTH"}:
        months = numbers[0] * (12 if node.start == "YEAR" else 1) + sum(numbers[1:])
        total, type_ = int(months), MONTHS
    else:
        units = list(_DAY_UNITS)
        first = units.index(node.start)
        total = int(
            sum(n * _DAY_UNITS[u] for n, u in zip(numbers, units[first:], strict=False))
        )
        type_ = DAYS
    total = -total if negative else total
    limit = 2**31 if type_ == MONTHS else 2**63
    if not -limit <= total < limit:
        env.tx.wrong(node.at, f"Invalid INTERVAL {node.start} literal: {node.value}")
    return Typed(f"CAST({total} AS {duck(type_)})", type_, node.at, literal=str(total))


def parameter(env: Env, node: tree.Parameter) -> Typed:
    """A value handed in: it becomes a numbered DuckDB parameter, never text."""
    tx = env.tx
    if node.name not in tx.parameters:
        near = f"Known: {', '.join(sorted(tx.parameters))}." if tx.parameters else ""
        tx.wrong(node.at, f"There is no value for the parameter :{node.name}", near)
    value = tx.parameters[node.name]
    type_ = _type_of(env, value, node)
    if type_ == UNKNOWN:
        return Typed("NULL", UNKNOWN, node.at)
    if node.name not in tx.places:
        tx.values.append(_plain(value, type_))
        tx.places[node.name] = f"${len(tx.values)}"
    zone = "UTC" if type_.base == "timestamp with time zone" else ""
    return Typed(f"CAST({tx.places[node.name]} AS {duck(type_)})", type_, node.at, zone=zone)


def _plain(value: Any, type_: TrinoType) -> Any:  # noqa: ANN401 - any value of Python
    if type_.base == "double":
        return float(value)
    if type_.is_integer:
        return int(value)
    return value


def _type_of(env: Env, value: Any, node: tree.Parameter) -> TrinoType:  # noqa: ANN401
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return _type_of_int(env, value, node)
    if isinstance(value, Decimal):
        return _type_of_decimal(env, value, node)
    if isinstance(value, list | tuple):
        return _type_of_list(env, value, node)
    for kind, type_ in _SIMPLE.items():
        if isinstance(value, kind):
            zoned = isinstance(value, datetime) and value.tzinfo is not None
            return TrinoType("timestamp with time zone", (6,)) if zoned else type_
    return env.tx.wrong(
        node.at,
        f"The parameter :{node.name} is a {type(value).__name__}",
        "Hand in a number, text, date, time, True, False, None or a list of these.",
    )


_SIMPLE: dict[type, TrinoType] = {
    float: DOUBLE,
    str: VARCHAR,
    bytes: VARBINARY,
    datetime: TrinoType("timestamp", (6,)),
    date: DATE,
    time: TrinoType("time", (6,)),
    uuid.UUID: UUID,
    dict: JSON,
}


def _type_of_int(env: Env, value: int, node: tree.Parameter) -> TrinoType:
    if not -(2**63) <= value < 2**63:
        env.tx.wrong(node.at, f"The parameter :{node.name} is too large for a bigint")
    return INTEGER if -(2**31) <= value < 2**31 else BIGINT


def _type_of_decimal(env: Env, value: Decimal, node: tree.Parameter) -> TrinoType:
    _sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        env.tx.wrong(node.at, f"The parameter :{node.name} is no finite number")
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale, 1)
    if precision > 38:
        env.tx.wrong(node.at, f"The parameter :{node.name} has more than 38 digits")
    return decimal(precision, scale)


def _type_of_list(env: Env, values: Any, node: tree.Parameter) -> TrinoType:  # noqa: ANN401
    item: TrinoType | None = UNKNOWN
    for value in values:
        item = common(item, _type_of(env, value, node)) if item is not None else None
    if item is None:
        env.tx.wrong(node.at, f"The list :{node.name} mixes types")
    return array(item)
