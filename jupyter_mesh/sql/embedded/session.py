"""The clock and the session: now(), current_date, current_user, typeof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import clocks, expressions
from jupyter_mesh.sql.embedded.conditionals import FORMS as CONDITIONALS
from jupyter_mesh.sql.embedded.registry import forms
from jupyter_mesh.sql.embedded.typed import Typed, gather, text_literal
from jupyter_mesh.sql.embedded.types import DATE, VARCHAR

if TYPE_CHECKING:
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env


def _digits(env: Env, node: tree.Call) -> int:
    digits = int(getattr(node.args[0], "value", "3")) if node.args else 3
    if digits > 6:
        env.tx.unsupported(node.at, "timestamps with more than 6 digits of a second")
    return digits


def _now(env: Env, node: tree.Call) -> Typed:
    if node.name == "now" and node.args:
        env.tx.wrong(node.at, "now() has no arguments")
    digits = _digits(env, node)
    type_ = TrinoType("timestamp with time zone", (digits,))
    return Typed(_cut("now()", digits), type_, node.at, zone=env.tx.zone)


def _cut(sql: str, digits: int) -> str:
    unit = 10 ** (6 - digits)
    return sql if unit == 1 else f"make_timestamptz(epoch_us({sql}) // {unit} * {unit})"


def _local_now(env: Env, node: tree.Call) -> Typed:
    digits = _digits(env, node)
    sql = clocks.local(_cut("now()", digits), env.tx.zone)
    if node.name == "localtime":
        return Typed(f"CAST({sql} AS TIME)", TrinoType("time", (digits,)), node.at)
    return Typed(sql, TrinoType("timestamp", (digits,)), node.at)


def _today(env: Env, node: tree.Call) -> Typed:
    return Typed(f"CAST({clocks.local('now()', env.tx.zone)} AS DATE)", DATE, node.at)


def _current_time(env: Env, node: tree.Call) -> Typed:
    return env.tx.unsupported(node.at, "time with time zone")


def _zone(env: Env, node: tree.Call) -> Typed:
    if node.args:
        env.tx.wrong(node.at, "current_timezone() has no arguments")
    return Typed(text_literal(env.tx.zone), VARCHAR, node.at, literal=env.tx.zone)


def _unknown_here(env: Env, node: tree.Call) -> Typed:
    return env.tx.unsupported(node.at, node.name)


def _named(env: Env, node: tree.Call) -> Typed:
    """current_catalog, current_schema: null where none was chosen."""
    name = env.tx.catalog if node.name == "current_catalog" else env.tx.schema
    sql = text_literal(name) if name else "CAST(NULL AS VARCHAR)"
    return Typed(sql, VARCHAR, node.at, literal=name or None)


def _typeof(env: Env, node: tree.Call) -> Typed:
    if len(node.args) != 1:
        env.tx.wrong(node.at, "typeof takes one argument")
    value = expressions.translate(env, node.args[0])
    return gather(text_literal(str(value.type)), VARCHAR, node.at, (value,))


forms(
    {
        **CONDITIONALS,
        "now": _now,
        "current_timestamp": _now,
        "localtimestamp": _local_now,
        "localtime": _local_now,
        "current_time": _current_time,
        "current_date": _today,
        "current_timezone": _zone,
        "current_user": _unknown_here,
        "current_catalog": _named,
        "current_schema": _named,
        "current_path": _unknown_here,
        "typeof": _typeof,
    }
)
