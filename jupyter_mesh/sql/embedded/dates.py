"""Functions on dates, times and timestamps; on values with a zone they see the local clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import casts, clocks, expressions, formats, zones
from jupyter_mesh.sql.embedded.registry import FORMS, SCALARS, scalars
from jupyter_mesh.sql.embedded.typed import Typed, gather, text_literal
from jupyter_mesh.sql.embedded.types import BIGINT, DATE, DOUBLE, VARCHAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.registry import Bound
    from jupyter_mesh.sql.embedded.scope import Env

_ZONED = "timestamp with time zone"
# Field: how DuckDB takes it out of a date, and whether it needs a time of day.
_FIELDS = {
    "year": ("year({0})", False),
    "quarter": ("quarter({0})", False),
    "month": ("month({0})", False),
    "week": ("week({0})", False),
    "week_of_year": ("week({0})", False),
    "day": ("day({0})", False),
    "day_of_month": ("day({0})", False),
    "day_of_week": ("isodow({0})", False),
    "dow": ("isodow({0})", False),
    "day_of_year": ("dayofyear({0})", False),
    "doy": ("dayofyear({0})", False),
    "year_of_week": ("isoyear({0})", False),
    "yow": ("isoyear({0})", False),
    "hour": ("hour({0})", True),
    "minute": ("minute({0})", True),
    "second": ("second({0})", True),
    "millisecond": ("(millisecond({0}) % 1000)", True),
}
_EXTRACTS = {"year", "quarter", "month", "week", "day", "day_of_month", "day_of_week", "dow"}
_EXTRACTS |= {"day_of_year", "doy", "year_of_week", "yow", "hour", "minute", "second"}
_DAY_UNITS = ("day", "week", "month", "quarter", "year")
_TIME_UNITS = ("millisecond", "second", "minute", "hour")
_ADDED = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_days(CAST({} * 7 AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST({} * 3 AS INTEGER))",
    "year": "to_years(CAST({} AS INTEGER))",
}


def clock(value: Typed) -> str:
    """The value without its zone, as its local clock shows it."""
    if value.type.base == _ZONED:
        return clocks.local(value.sql, value.zone or "UTC")
    return value.sql


def _part(template: str) -> Callable[[Bound], str]:
    return lambda bound: f"CAST({template.format(clock(bound.args[0]))} AS BIGINT)"


def _extract(env: Env, node: tree.Call) -> Typed:
    field = getattr(node.args[0], "value", "")
    value = expressions.translate(env, node.args[1])
    if field not in _EXTRACTS:
        if field in {"timezone_hour", "timezone_minute"}:
            env.tx.unsupported(node.at, f"extract({field.upper()})")
        env.tx.wrong(node.at, f"Invalid EXTRACT field {field.upper()}")
    template, timed = _FIELDS[field]
    base = value.type.base
    allowed = {"timestamp", _ZONED} | ({"time"} if timed else {"date"})
    if base not in allowed:
        if base.startswith("interval") or base == "unknown" or base == "time with time zone":
            env.tx.unsupported(node.at, f"extract from {value.type}")
        env.tx.wrong(value.at, f"Cannot extract {field} from {value.type}")
    sql = f"CAST({template.format(clock(value))} AS BIGINT)"
    return gather(sql, BIGINT, node.at, (value,))


def _unit(bound: Bound, base: str) -> str:
    unit = bound.needed(0, "unit").lower()
    allowed = {"date": _DAY_UNITS, "time": _TIME_UNITS}.get(base, (*_TIME_UNITS, *_DAY_UNITS))
    if unit not in allowed:
        bound.env.tx.wrong(
            bound.args[0].at,
            f"'{unit}' is not a valid {base.upper()} field",
            f"Fields are {', '.join(allowed)}.",
        )
    return unit


def _trunc(bound: Bound) -> Typed:
    value = bound.args[1]
    unit = _unit(bound, value.type.base)
    if value.type.base == "time":
        sql = f"CAST(date_trunc('{unit}', DATE '2000-01-01' + {value.sql}) AS TIME)"
        return Typed(sql, value.type)
    if value.type.base == "date":
        return Typed(f"CAST(date_trunc('{unit}', {value.sql}) AS DATE)", DATE)
    sql = f"date_trunc('{unit}', {clock(value)})"
    if value.type.base == _ZONED:
        sql = clocks.instant(sql, value.zone or "UTC")
    return Typed(sql, value.type, zone=value.zone)


def _diff(bound: Bound) -> str:
    left, right = bound.args[1], bound.args[2]
    unit = _unit(bound, left.type.base)
    if left.type.base == _ZONED and unit in _TIME_UNITS:
        return f"date_sub('{unit}', {left.sql}, {right.sql})"
    return (
        f"mesh_date_diff_{unit}({clock(left)}, {clock(right)})"
        if unit
        in {
            "month",
            "quarter",
            "year",
        }
        else f"date_sub('{unit}', {clock(left)}, {clock(right)})"
    )


def _add(bound: Bound) -> Typed:
    value = bound.args[2]
    unit = _unit(bound, value.type.base)
    amount = _ADDED[unit].format(bound[1])
    base = value.type.base
    if base == "date":
        return Typed(f"CAST({value.sql} + {amount} AS DATE)", DATE)
    if base == "time":
        sql = f"CAST((DATE '2000-01-01' + {value.sql}) + {amount} AS TIME)"
        return Typed(sql, _precise(value.type, unit))
    if base == _ZONED and unit not in _TIME_UNITS:
        sql = clocks.instant(f"({clock(value)} + {amount})", value.zone or "UTC")
    else:
        sql = f"({value.sql} + {amount})"
    return Typed(sql, _precise(value.type, unit), zone=value.zone)


def _precise(type_: TrinoType, unit: str) -> TrinoType:
    if unit != "millisecond":
        return type_
    return TrinoType(type_.base, (max(3, type_.numbers[0]),))


def _as_date(bound: Bound) -> str:
    return casts.written(bound.env, bound.args[0], DATE, bound.at)


def _format(bound: Bound) -> str:
    pattern = formats.mysql(bound.env, bound.needed(1, "format"), bound.args[1].at)
    return f"strftime({clock(bound.args[0])}, {text_literal(pattern)})"


def _parse(bound: Bound) -> str:
    pattern = formats.mysql(bound.env, bound.needed(1, "format"), bound.args[1].at, parsed=True)
    return f"strptime({bound[0]}, {text_literal(pattern)})"


def _format_joda(bound: Bound) -> str:
    pattern = formats.joda(bound.env, bound.needed(1, "format"), bound.args[1].at)
    return f"strftime({clock(bound.args[0])}, {text_literal(pattern)})"


def _from_unixtime(bound: Bound) -> Typed:
    zone = bound.env.tx.zone
    if len(bound.args) > 1:
        zone = zones.checked(bound.env, bound.needed(1, "zone"), bound.args[1].at)
    sql = f"make_timestamptz(CAST(round({bound[0]} * 1000) AS BIGINT) * 1000)"
    return Typed(sql, TrinoType(_ZONED, (3,)), zone=zone)


def _to_unixtime(bound: Bound) -> Typed:
    value = bound.args[0]
    sql = value.sql
    if value.type.base != _ZONED:
        sql = f"timezone('UTC', {sql})"
    return Typed(f"(CAST(epoch_us({sql}) AS DOUBLE) / 1000000)", DOUBLE)


def _zone_moved(bound: Bound) -> Typed:
    zone = zones.checked(bound.env, bound.needed(1, "zone"), bound.args[1].at)
    value = bound.args[0]
    if value.type.base == _ZONED:
        return Typed(value.sql, value.type, zone=zone)
    type_ = TrinoType(_ZONED, value.type.numbers)
    return Typed(clocks.instant(value.sql, zone), type_, zone=zone)


def _zone_name(bound: Bound) -> Typed:
    value = bound.args[0]
    zone = text_literal(value.zone or "UTC")
    return Typed(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {zone} END", VARCHAR)


def _zone_offset(bound: Bound) -> str:
    value = bound.args[0]
    minutes = f"((epoch_us({clock(value)}) - epoch_us({value.sql})) // 60000000)"
    return f"({minutes} // 60)" if bound.name == "timezone_hour" else f"({minutes} % 60)"


def _iso(bound: Bound) -> Typed:
    value = bound.args[0]
    if value.type.base == "date":
        return Typed(f"strftime({value.sql}, '%Y-%m-%d')", TrinoType("varchar", (16,)))
    digits = value.type.numbers[0]
    text = f"strftime({clock(value)}, '%Y-%m-%dT%H:%M:%S.%f')"
    text = f"left({text}, {20 + digits if digits else 19})"
    if value.type.base != _ZONED:
        return Typed(text, VARCHAR)
    if value.zone != "UTC":
        bound.env.tx.unsupported(bound.at, "to_iso8601 in a zone other than UTC")
    return Typed(f"({text} || 'Z')", VARCHAR)


_MOMENTS = ("date", "timestamp(p)", "zoned(p)")
scalars(
    {
        f"{name}({base}) -> bigint": _part(template)
        for name, (template, timed) in _FIELDS.items()
        for base in (("timestamp(p)", "zoned(p)", "time(p)") if timed else _MOMENTS)
    }
)
scalars(
    {
        "date_trunc(varchar, date) -> date": _trunc,
        "date_trunc(varchar, timestamp(p)) -> timestamp(p)": _trunc,
        "date_trunc(varchar, zoned(p)) -> zoned(p)": _trunc,
        "date_trunc(varchar, time(p)) -> time(p)": _trunc,
        "date_diff(varchar, date, date) -> bigint": _diff,
        "date_diff(varchar, timestamp(p), timestamp(q)) -> bigint": _diff,
        "date_diff(varchar, zoned(p), zoned(q)) -> bigint": _diff,
        "date_diff(varchar, time(p), time(q)) -> bigint": _diff,
        "date_add(varchar, bigint, date) -> date": _add,
        "date_add(varchar, bigint, timestamp(p)) -> timestamp(p)": _add,
        "date_add(varchar, bigint, zoned(p)) -> zoned(p)": _add,
        "date_add(varchar, bigint, time(p)) -> time(p)": _add,
        "last_day_of_month(date) -> date": "last_day({0})",
        "last_day_of_month(timestamp(p)) -> date": "last_day({0})",
        **{
            f"date({base}) -> date": _as_date
            for base in ("date", "varchar", "timestamp(p)", "zoned(p)")
        },
        **{
            f"date_format({base}, varchar) -> varchar": _format
            for base in ("timestamp(p)", "zoned(p)")
        },
        **{
            f"format_datetime({base}, varchar) -> varchar": _format_joda
            for base in ("timestamp(p)", "zoned(p)")
        },
        "date_parse(varchar, varchar) -> timestamp(3)": _parse,
        "from_unixtime(double) -> zoned(3)": _from_unixtime,
        "from_unixtime(double, varchar) -> zoned(3)": _from_unixtime,
        "to_unixtime(timestamp(p)) -> double": _to_unixtime,
        "to_unixtime(zoned(p)) -> double": _to_unixtime,
        "at_timezone(zoned(p), varchar) -> zoned(p)": _zone_moved,
        "with_timezone(timestamp(p), varchar) -> zoned(p)": _zone_moved,
        "timezone(zoned(p)) -> varchar": _zone_name,
        "timezone_hour(zoned(p)) -> bigint": _zone_offset,
        "timezone_minute(zoned(p)) -> bigint": _zone_offset,
        **{f"to_iso8601({base}) -> varchar": _iso for base in _MOMENTS},
        "from_iso8601_date(varchar) -> date": "CAST(mesh_iso_date({0}) AS DATE)",
        "to_milliseconds(interval day to second) -> bigint": "{0}",
    }
)
SCALARS.partial |= {"year", "month", "day", "hour", "minute", "second"}
FORMS["extract"] = _extract
