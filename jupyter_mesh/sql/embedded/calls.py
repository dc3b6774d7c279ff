"""Function calls: which signature fits, and how the call is written."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import aggregation, expressions, windows
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.registry import AGGREGATES, FORMS, SCALARS, WINDOWS, Bound
from jupyter_mesh.sql.embedded.signatures import known_functions
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import duck

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.scope import Env
    from jupyter_mesh.sql.embedded.signatures import Match, Registry

# Types that a function may take in Trino although no signature here says so.
_ELSEWHERE = frozenset(
    (
        *(
            "char",
            "varbinary",
            "json",
            "uuid",
            "timestamp with time zone",
            "time",
            "map",
            "row",
        ),
        *("array", "ipaddress", "interval day to second", "interval year to month", "function"),
        *("timestamp", "unknown"),
    )
)


def call(env: Env, node: tree.Call) -> Typed:
    """A call of any kind."""
    if node.name in FORMS:
        _plain_only(env, node)
        return FORMS[node.name](env, node)
    if node.window is not None:
        return windows.over(env, node)
    if node.name in WINDOWS.overloads:
        env.tx.wrong(node.at, f"Window function {node.name} requires an OVER clause")
    if node.name in AGGREGATES.overloads or node.name in aggregation.FORMS:
        return aggregation.aggregate(env, node)
    _plain_only(env, node)
    if node.name not in SCALARS.overloads:
        unknown(env, node.name, node.at)
    lambdas = [arg for arg in node.args if isinstance(arg, tree.Lambda)]
    if lambdas:
        env.tx.unsupported(node.at, f"{node.name} with a lambda")
    args = [expressions.translate(env, arg) for arg in node.args]
    return apply(env, node.name, args, node.at)


def _plain_only(env: Env, node: tree.Call) -> None:
    if node.name in aggregation.FORMS:
        return
    known = node.name in known_functions() or node.name in FORMS
    if known and (node.distinct or node.star or node.order or node.where is not None):
        env.tx.wrong(node.at, f"DISTINCT, *, ORDER BY and FILTER do not apply to {node.name}")
    if node.window is not None and node.name not in FORMS:
        env.tx.wrong(node.at, f"{node.name} is not an aggregate or window function")


def unknown(env: Env, name: str, at: int) -> NoReturn:
    """Refuse a name: as no function of Trino, or as one that is not known here."""
    names = known_functions()
    if name in names:
        env.tx.unsupported(at, f"the function {name}")
    near = get_close_matches(name, names, 3)
    remedy = f"Did you mean {' or '.join(near)}?" if near else ""
    env.tx.wrong(at, f"Function '{name}' not registered", remedy)


def apply(env: Env, name: str, args: list[Typed], at: int) -> Typed:
    """A scalar function of arguments that are translated already."""
    match = resolve(env, SCALARS, name, args, at)
    bound = bind(env, name, args, match, at)
    written = match.overload.write
    found = (
        written.format(*(arg.sql for arg in bound.args))
        if isinstance(written, str)
        else written(bound)
    )
    if isinstance(found, Typed):
        merged = gather(found.sql, found.type, at, args, found.zone)
        return replace(merged, volatile=merged.volatile or found.volatile)
    return gather(found, bound.result, at, args)


def resolve(env: Env, registry: Registry, name: str, args: list[Typed], at: int) -> Match:
    """The signature for these arguments, or Trino's refusal."""
    types = [arg.type for arg in args]
    match = registry.best(name, types)
    if match is not None:
        return match
    shown = ", ".join(map(str, types))
    sizes = {len(overload.params) for overload in registry.overloads.get(name, ())}
    if (
        len(types) not in sizes
        or name in registry.partial
        or any(type_.base in _ELSEWHERE for type_ in types)
    ):
        env.tx.unsupported(at, f"{name}({shown})")
    expected = ", ".join(
        overload.text.partition(" ->")[0] for overload in registry.overloads.get(name, ())
    )
    return env.tx.wrong(
        at, f"Unexpected parameters ({shown}) for function {name}. Expected: {expected}"
    )


def bind(env: Env, name: str, args: list[Typed], match: Match, at: int) -> Bound:
    """The call with its arguments as the signature wants them."""
    zones = {arg.zone for arg in args if arg.zone}
    if len(zones) > 1:
        env.tx.unsupported(at, f"{name} of values of several time zones")
    wanted = []
    for arg, type_ in zip(args, match.types, strict=True):
        if arg.type.base == "unknown" and type_.base == "unknown":
            wanted.append(replace(arg, sql=f"CAST(NULL AS {duck(type_)})"))
            continue
        sql = convert(arg.sql, arg.type, type_, env.tx.zone)
        wanted.append(replace(arg, sql=sql, type=type_))
    return Bound(env, name, at, args, wanted, match.result())
