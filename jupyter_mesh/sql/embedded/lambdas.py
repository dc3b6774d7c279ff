"""Functions that take a lambda: it is written into DuckDB's own, with its types known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql import tree
from jupyter_mesh.sql.embedded import expressions
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.registry import forms
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import BOOLEAN, array, common, duck, map_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql.embedded.scope import Env


def _body(
    env: Env, node: tree.Call, place: int, given: Sequence[tuple[str, TrinoType]]
) -> Typed:
    """The lambda's body, its names bound to DuckDB texts."""
    function = node.args[place]
    if not isinstance(function, tree.Lambda):
        env.tx.wrong(function.at, f"{node.name} expects a lambda here, like x -> x + 1")
    if len(function.names) != len(given):
        env.tx.wrong(
            function.at,
            f"Expected a lambda that takes {len(given)} argument(s) "
            f"but got {len(function.names)}",
        )
    names = dict(env.lambdas)
    for name, (sql, type_) in zip(function.names, given, strict=True):
        names[name.lower()] = Typed(sql, type_, function.at)
    inner = env.within(lambdas=names, aggregates=False, windows=False, clause="Lambda")
    found = expressions.translate(inner, function.body)
    if found.volatile:
        env.tx.unsupported(function.at, "a lambda with a value that changes")
    return found


def _array(env: Env, node: tree.Call, sizes: tuple[int, ...]) -> Typed:
    if len(node.args) not in sizes:
        env.tx.wrong(node.at, f"Unexpected number of parameters for function {node.name}")
    value = expressions.translate(env, node.args[0])
    if value.type.base != "array":
        env.tx.wrong(node.at, f"{node.name} expects an array, not {value.type}")
    return value


def _transform(env: Env, node: tree.Call) -> Typed:
    value = _array(env, node, (2,))
    name = env.tx.alias("x")
    body = _body(env, node, 1, [(name, value.type.items[0])])
    sql = f"list_transform({value.sql}, lambda {name}: CAST({body.sql} AS {duck(body.type)}))"
    return gather(sql, array(body.type), node.at, (value, body))


def _filter(env: Env, node: tree.Call) -> Typed:
    value = _array(env, node, (2,))
    name = env.tx.alias("x")
    body = _test(env, node, [(name, value.type.items[0])])
    sql = f"list_filter({value.sql}, lambda {name}: {body.sql})"
    return gather(sql, value.type, node.at, (value, body))


def _test(env: Env, node: tree.Call, given: Sequence[tuple[str, TrinoType]]) -> Typed:
    body = _body(env, node, 1, given)
    if body.type.base == "unknown":
        return body.become("CAST(NULL AS BOOLEAN)", BOOLEAN)
    if body.type != BOOLEAN:
        env.tx.wrong(node.args[1].at, f"{node.name} expects a boolean, not {body.type}")
    return body


def _match(env: Env, node: tree.Call) -> Typed:
    value = _array(env, node, (2,))
    name = env.tx.alias("x")
    body = _test(env, node, [(name, value.type.items[0])])
    tests = f"list_transform({value.sql}, lambda {name}: {body.sql})"
    macro = "mesh_all" if node.name == "all_match" else "mesh_any"
    sql = f"{macro}({tests})"
    sql = f"(NOT {sql})" if node.name == "none_match" else sql
    return gather(sql, BOOLEAN, node.at, (value, body))


def _reduce(env: Env, node: tree.Call) -> Typed:
    value = _array(env, node, (4,))
    start = expressions.translate(env, node.args[1])
    one, two, last = env.tx.alias("x"), env.tx.alias("x"), env.tx.alias("x")
    item = value.type.items[0]
    state = start.type
    pair = [(f"struct_extract({one}, 's')", state), (f"struct_extract({two}, 'x')", item)]
    step = _body(env, node, 2, pair)
    if step.type != state:
        wider = common(state, step.type)
        if wider is None:
            env.tx.wrong(node.args[2].at, f"reduce expects {state}, not {step.type}")
        state = wider
        pair[0] = (pair[0][0], state)
        step = _body(env, node, 2, pair)
        if common(state, step.type) != state:
            env.tx.wrong(node.args[2].at, f"reduce expects {state}, not {step.type}")
    final = _body(env, node, 3, [(last, state)])
    begin = f"CAST({convert(start.sql, start.type, state)} AS {duck(state)})"
    stepped = f"CAST({convert(step.sql, step.type, state)} AS {duck(state)})"
    nothing = f"CAST(NULL AS {duck(item)})"
    pairs = (
        f"list_transform({value.sql}, lambda {one}: "
        f"struct_pack(s := CAST(NULL AS {duck(state)}), x := CAST({one} AS {duck(item)})))"
    )
    folded = (
        f"list_reduce({pairs}, lambda {one}, {two}: "
        f"struct_pack(s := {stepped}, x := {nothing}), "
        f"struct_pack(s := {begin}, x := {nothing}))"
    )
    ended = f"list_transform([struct_extract({folded}, 's')], lambda {last}: {final.sql})"
    sql = f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE list_extract({ended}, 1) END"
    return gather(
        f"CAST({sql} AS {duck(final.type)})", final.type, node.at, (value, start, step)
    )


def _zip_with(env: Env, node: tree.Call) -> Typed:
    left = _array(env, node, (3,))
    right = expressions.translate(env, node.args[1])
    if right.type.base != "array":
        env.tx.wrong(node.at, f"zip_with expects an array, not {right.type}")
    name = env.tx.alias("x")
    body = _body(
        env,
        node,
        2,
        [
            (f"list_extract({left.sql}, {name})", left.type.items[0]),
            (f"list_extract({right.sql}, {name})", right.type.items[0]),
        ],
    )
    numbers = f"range(1, greatest(len({left.sql}), len({right.sql})) + 1)"
    cell = f"CAST({body.sql} AS {duck(body.type)})"
    sql = (
        f"CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL THEN NULL ELSE "
        f"list_transform({numbers}, lambda {name}: {cell}) END"
    )
    return gather(sql, array(body.type), node.at, (left, right, body))


def _map_form(env: Env, node: tree.Call) -> Typed:
    """map_filter, transform_values, transform_keys."""
    if len(node.args) != 2:
        env.tx.wrong(node.at, f"Unexpected number of parameters for function {node.name}")
    value = expressions.translate(env, node.args[0])
    if value.type.base != "map":
        env.tx.wrong(node.at, f"{node.name} expects a map, not {value.type}")
    name = env.tx.alias("x")
    key, item = value.type.items
    given = [
        (f"struct_extract({name}, 'key')", key),
        (f"struct_extract({name}, 'value')", item),
    ]
    entries = f"map_entries({value.sql})"
    if node.name == "map_filter":
        body = _test(env, node, given)
        built = f"map_from_entries(list_filter({entries}, lambda {name}: {body.sql}))"
        type_ = value.type
    else:
        body = _body(env, node, 1, given)
        made = (
            f"list_transform({entries}, lambda {name}: CAST({body.sql} AS {duck(body.type)}))"
        )
        if node.name == "transform_values":
            built, type_ = f"map(map_keys({value.sql}), {made})", map_of(key, body.type)
        else:
            built, type_ = f"map({made}, map_values({value.sql}))", map_of(body.type, item)
    sql = f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {built} END"
    return gather(sql, type_, node.at, (value, body))


forms(
    {
        "transform": _transform,
        "filter": _filter,
        "any_match": _match,
        "all_match": _match,
        "none_match": _match,
        "reduce": _reduce,
        "zip_with": _zip_with,
        "map_filter": _map_form,
        "transform_values": _map_form,
        "transform_keys": _map_form,
    }
)
