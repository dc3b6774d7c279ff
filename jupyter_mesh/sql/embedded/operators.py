"""Arithmetic: `+ - * / %`, signs and `||`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded import calls, expressions, moments
from jupyter_mesh.sql.embedded.conversions import convert
from jupyter_mesh.sql.embedded.typed import Typed, gather
from jupyter_mesh.sql.embedded.types import as_decimal, common, decimal, duck

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql import tree
    from jupyter_mesh.sql.embedded.scope import Env


def binary(env: Env, node: tree.Binary) -> Typed:
    """An arithmetic operator or a concatenation."""
    left, right = expressions.translate(env, node.left), expressions.translate(env, node.right)
    if node.sign == "||":
        return calls.apply(env, "concat", [left, right], node.sign_at)
    return arithmetic(env, node.sign, left, right, node.sign_at)


def arithmetic(env: Env, sign: str, left: Typed, right: Typed, at: int) -> Typed:
    """Two operands of types that the operator is defined on."""
    if left.type.base == right.type.base == "unknown":
        env.tx.unsupported(at, f"NULL {sign} NULL")
    moment = moments.arithmetic(env, sign, left, right, at)
    if moment is not None:
        return moment
    type_ = common(left.type, right.type)
    if type_ is None or not type_.is_numeric:
        env.tx.wrong(at, f"Cannot apply operator: {left.type} {sign} {right.type}")
    if type_.base == "decimal":
        return _decimals(env, sign, left, right, at)
    a, b = convert(left.sql, left.type, type_), convert(right.sql, right.type, type_)
    sql = _whole(sign, a, b, right, type_) if type_.is_integer else _floating(sign, a, b, type_)
    return gather(sql, type_, left.at, (left, right))


def _whole(sign: str, a: str, b: str, right: Typed, type_: TrinoType) -> str:
    if sign in "+-*":
        return f"({a} {sign} {b})"
    spelled = "//" if sign == "/" else "%"
    if right.literal is not None and int(right.literal) not in {0, -1}:
        return f"({a} {spelled} {b})"
    macro = "mesh_divide" if sign == "/" else "mesh_modulus"
    # The result of a CASE would widen, and with it every sum that follows.
    return f"CAST({macro}({a}, {b}) AS {duck(type_)})"


def _floating(sign: str, a: str, b: str, type_: TrinoType) -> str:
    if sign == "%":
        return f"CAST(mesh_remainder({a}, {b}) AS {duck(type_)})"
    return f"({a} {sign} {b})"


def _decimals(env: Env, sign: str, left: Typed, right: Typed, at: int) -> Typed:
    x, y = as_decimal(left.type), as_decimal(right.type)
    if "unknown" in {x.base, y.base}:
        x, y = (y, y) if x.base == "unknown" else (x, x)
    (p, s), (q, t) = x.numbers, y.numbers
    a, b = convert(left.sql, left.type, x), convert(right.sql, right.type, y)
    if sign in "+-":
        scale = max(s, t)
        type_ = decimal(min(38, max(p - s, q - t) + scale + 1), scale)
        wide = duck(type_)
        sql = f"CAST(CAST({a} AS {wide}) {sign} CAST({b} AS {wide}) AS {wide})"
    elif sign == "*":
        if s + t > 38:
            env.tx.wrong(at, f"DECIMAL scale {s + t} must be in range [0, 38]")
        type_ = decimal(min(38, p + q), s + t)
        if max(p, q) <= 18 < p + q:
            # DuckDB multiplies two short decimals in 64 bits.
            a = f"CAST({a} AS {duck(decimal(min(38, p + q), s))})"
        sql = f"CAST({a} * {b} AS {duck(type_)})"
    elif sign == "/":
        type_, sql = _division(a, x, b, y)
    else:
        scale = max(s, t)
        type_ = decimal(max(1, min(p - s, q - t) + scale), scale)
        wide = duck(decimal(min(38, max(p - s, q - t) + scale), scale))
        macro = f"mesh_modulus(CAST({a} AS {wide}), CAST({b} AS {wide}))"
        sql = f"CAST({macro} AS {duck(type_)})"
    return gather(sql, type_, left.at, (left, right))


def _division(a: str, x: TrinoType, b: str, y: TrinoType) -> tuple[TrinoType, str]:
    """Whole numbers are divided and rounded half up, then the point is put back."""
    (p, s), (_q, t) = x.numbers, y.numbers
    scale = max(s, t)
    type_ = decimal(min(38, p + t + max(t - s, 0)), scale)
    shift = 10 ** (scale - s + t)
    top = f"({whole(a, x)} * CAST('{shift}' AS HUGEINT))"
    return type_, scaled(f"mesh_half_up({top}, {whole(b, y)})", type_)


def whole(sql: str, type_: TrinoType) -> str:
    """A decimal's digits without the point, as a HUGEINT."""
    precision, scale = type_.numbers
    if scale == 0:
        return f"CAST({sql} AS HUGEINT)"
    if precision + scale <= 37:
        wide = f"DECIMAL({precision + scale},{scale})"
        return f"CAST(CAST({sql} AS {wide}) * {10**scale} AS HUGEINT)"
    return f"CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS HUGEINT)"


def scaled(sql: str, type_: TrinoType) -> str:
    """A HUGEINT of digits as the decimal it stands for; too many digits are an error."""
    scale = type_.numbers[1]
    if scale == 0:
        return f"CAST({sql} AS {duck(type_)})"
    unit = "0." + "0" * (scale - 1) + "1"
    unit_type = f"DECIMAL({scale},{scale})"
    return (
        f"CAST(CAST({sql} AS DECIMAL(38,0)) * CAST('{unit}' AS {unit_type}) AS {duck(type_)})"
    )


def signed(env: Env, node: tree.Unary) -> Typed:
    """`-x` or `+x`."""
    value = expressions.translate(env, node.operand)
    base = value.type.base
    interval = base.startswith("interval")
    if not value.type.is_numeric and not interval:
        env.tx.wrong(node.at, f"Cannot apply operator: {node.sign}{value.type}")
    if node.sign == "+":
        return value
    return gather(f"(-{value.sql})", value.type, node.at, (value,))
