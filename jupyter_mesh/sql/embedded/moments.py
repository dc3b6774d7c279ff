"""Dates, times and timestamps: literals of them, and arithmetic with intervals."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import clocks, zones
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import DATE, DAYS, MONTHS

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.scope import Env

_DATE = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_TIME = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?"
_TIMESTAMP = re.compile(rf"\s*{_DATE}(?:[ T]{_TIME})?\s*(\S+)?\s*")
DAY = 86_400_000
_MOMENTS = {"date", "time", "timestamp", "timestamp with time zone"}
_INTERVALS = {"interval day to second", "interval year to month"}


def date_literal(env: Env, value: str, at: int) -> Typed:
    """`DATE '2024-01-31'`."""
    match = re.fullmatch(rf"\s*{_DATE}\s*", value)
    try:
        if match is None:
            raise ValueError(value)
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        if re.fullmatch(r"\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}\s*", value) and match is None:
            env.tx.unsupported(at, f"a date outside of the years 1 to 9999: {value}")
        env.tx.wrong(at, f"'{value}' is not a valid DATE literal")
    return Typed(f"DATE '{day.isoformat()}'", DATE, at, literal=day.isoformat())


def time_literal(env: Env, base: str, value: str, at: int) -> Typed:
    """`TIMESTAMP '...'` with or without a zone, `TIME '...'`."""
    if base == "time":
        return _time(env, value, at)
    match = _TIMESTAMP.fullmatch(value)
    if match is None:
        if re.match(r"\s*[+-]?\d{5,}-", value):
            env.tx.unsupported(at, f"a timestamp outside of the years 1 to 9999: {value}")
        env.tx.wrong(at, f"'{value}' is not a valid TIMESTAMP literal")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    digits = fraction or ""
    if len(digits) > 6:
        env.tx.unsupported(at, "timestamps with more than 6 digits of a second")
    try:
        moment = datetime.fromisoformat(
            f"{year}-{int(month):02}-{int(day):02}T{int(hour or 0):02}:{int(minute or 0):02}"
            f":{int(second or 0):02}.{digits.ljust(6, '0')}"
        )
    except ValueError:
        env.tx.wrong(at, f"'{value}' is not a valid TIMESTAMP literal")
    text = f"TIMESTAMP '{moment.isoformat(' ')}'"
    if zone is None:
        return Typed(text, TrinoType("timestamp", (len(digits),)), at, literal=value)
    name = zones.checked(env, zone, at)
    zones.check_exists(env, moment, name, value, at)
    type_ = TrinoType("timestamp with time zone", (len(digits),))
    return Typed(clocks.instant(text, name), type_, at, zone=name)


def _time(env: Env, value: str, at: int) -> Typed:
    match = re.fullmatch(rf"\s*{_TIME}\s*(\S+)?\s*", value)
    if match is None:
        env.tx.wrong(at, f"'{value}' is not a valid TIME literal")
    hour, minute, second, fraction, zone = match.groups()
    digits = fraction or ""
    if zone is not None:
        env.tx.unsupported(at, "time with time zone")
    if len(digits) > 6:
        env.tx.unsupported(at, "times with more than 6 digits of a second")
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        env.tx.wrong(at, f"'{value}' is not a valid TIME literal")
    text = f"{int(hour):02}:{int(minute):02}:{int(second or 0):02}.{digits or '0'}"
    return Typed(f"TIME '{text}'", TrinoType("time", (len(digits),)), at, literal=value)


def arithmetic(env: Env, sign: str, left: Typed, right: Typed, at: int) -> Typed | None:
    """Arithmetic with a moment or an interval in it; nothing when there is none."""
    a, b = left.type.base, right.type.base
    if not {a, b} & (_MOMENTS | _INTERVALS):
        return None
    if a in _MOMENTS and b in _INTERVALS and sign in "+-":
        return _shifted(env, sign, left, right, at)
    if a in _INTERVALS and b in _MOMENTS and sign == "+":
        return _shifted(env, sign, right, left, at)
    if a in _INTERVALS and b in _INTERVALS and left.type == right.type and sign in "+-":
        return gather(f"({left.sql} {sign} {right.sql})", left.type, left.at, (left, right))
    if sign == "-" and a in _MOMENTS and b in _MOMENTS:
        return _difference(env, left, right, at)
    if sign in "*/" and a in _INTERVALS and right.type.is_numeric:
        return _multiple(env, sign, left, right, at)
    if sign == "*" and b in _INTERVALS and left.type.is_numeric:
        return _multiple(env, sign, right, left, at)
    return env.tx.wrong(at, f"Cannot apply operator: {left.type} {sign} {right.type}")


def _multiple(env: Env, sign: str, interval: Typed, number: Typed, at: int) -> Typed:
    if not number.type.is_integer or sign == "/":
        env.tx.unsupported(at, f"{interval.type} {sign} {number.type}")
    sql = f"({interval.sql} * CAST({number.sql} AS BIGINT))"
    kind = "INTEGER" if interval.type == MONTHS else "BIGINT"
    return gather(f"CAST({sql} AS {kind})", interval.type, interval.at, (interval, number))


def _shifted(env: Env, sign: str, moment: Typed, interval: Typed, at: int) -> Typed:
    parts = (moment, interval)
    base = moment.type.base
    amount = interval.sql if sign == "+" else f"(-{interval.sql})"
    if base == "date":
        return _shifted_date(env, moment, interval, amount, at)
    if base == "time":
        if interval.type == MONTHS:
            env.tx.wrong(at, f"Cannot apply operator: {moment.type} {sign} {interval.type}")
        type_ = TrinoType("time", (max(3, moment.type.numbers[0]),))
        sql = f"CAST((DATE '2000-01-01' + {moment.sql}) + to_milliseconds({amount}) AS TIME)"
        return gather(sql, type_, moment.at, parts)
    if interval.type == MONTHS:
        local = clocks.local(moment.sql, moment.zone) if moment.zone else moment.sql
        sql = f"({local} + to_months({amount}))"
        if moment.zone:
            sql = clocks.instant(sql, moment.zone)
        return gather(sql, moment.type, moment.at, parts, moment.zone)
    type_ = TrinoType(base, (max(3, moment.type.numbers[0]),))
    sql = f"({moment.sql} + to_milliseconds({amount}))"
    return gather(sql, type_, moment.at, parts, moment.zone)


def _shifted_date(env: Env, moment: Typed, interval: Typed, amount: str, at: int) -> Typed:
    parts = (moment, interval)
    folded = _folded(moment, interval, amount)
    if folded is not None:
        return gather(f"DATE '{folded}'", DATE, moment.at, parts)
    if interval.type == MONTHS:
        sql = f"CAST(({moment.sql} + to_months({amount})) AS DATE)"
        return gather(sql, DATE, moment.at, parts)
    if interval.literal is None:
        return gather(f"mesh_add_days({moment.sql}, {amount})", DATE, moment.at, parts)
    if int(interval.literal) % DAY:
        env.tx.wrong(at, "Cannot add hour, minutes or seconds to a date")
    days = int(interval.literal) // DAY * (-1 if amount.startswith("(-") else 1)
    return gather(
        f"({moment.sql} + {days})" if days >= 0 else f"({moment.sql} - {-days})",
        DATE,
        moment.at,
        parts,
    )


def _folded(moment: Typed, interval: Typed, amount: str) -> str | None:
    """A written date plus written days, worked out here so that scans see a plain literal."""
    if moment.literal is None or interval.literal is None or interval.type != DAYS:
        return None
    total = int(interval.literal) * (-1 if amount.startswith("(-") else 1)
    if total % DAY:
        return None
    try:
        return (date.fromisoformat(moment.literal) + timedelta(days=total // DAY)).isoformat()
    except (ValueError, OverflowError):
        return None


def _difference(env: Env, left: Typed, right: Typed, at: int) -> Typed:
    pair = {left.type.base, right.type.base}
    parts = (left, right)
    if pair == {"date"}:
        sql = f"(CAST({left.sql} - {right.sql} AS BIGINT) * {DAY})"
        return gather(sql, DAYS, left.at, parts)
    if len(pair) == 1:
        if pair == {"time"}:
            env.tx.unsupported(at, "the difference of two times")
        micros = f"(epoch_us({left.sql}) - epoch_us({right.sql}))"
        exact = max(left.type.numbers[0], right.type.numbers[0]) <= 3
        sql = f"({micros} // 1000)" if exact else f"mesh_whole_millis({micros})"
        return gather(sql, DAYS, left.at, parts)
    if pair == {"date", "timestamp"}:
        sides = [f"epoch_us(CAST({side.sql} AS TIMESTAMP))" for side in parts]
        return gather(f"mesh_whole_millis({sides[0]} - {sides[1]})", DAYS, left.at, parts)
    return env.tx.unsupported(at, f"{left.type} - {right.type}")
