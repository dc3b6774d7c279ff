"""Functions on numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded import operators
from jupyter_mesh.sql.embedded.registry import scalars
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import BIGINT, DOUBLE, INTEGER, decimal, duck

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.registry import Bound

_WHOLE = ("tinyint", "smallint", "integer", "bigint")
_FLOATS = ("real", "double")


def _same(template: str, bases: tuple[str, ...], name: str) -> dict[str, str]:
    """One signature for each type, answering the type it takes."""
    return {
        f"{name}({base}) -> {base}": f"CAST({template} AS {duck(TrinoType(base))})"
        for base in bases
    }


def _modulus(bound: Bound) -> Typed:
    left, right = bound.given
    return operators.arithmetic(bound.env, "%", left, right, bound.at)


def _whole_decimal(name: str) -> object:
    def write(bound: Bound) -> Typed:
        precision, scale = bound.args[0].type.numbers
        type_ = decimal(min(38, precision - scale + min(scale, 1)), 0)
        wide = duck(decimal(min(38, precision + 1), scale))
        return Typed(f"CAST({name}(CAST({bound[0]} AS {wide})) AS {duck(type_)})", type_)

    return write


def _round_decimal(bound: Bound) -> Typed:
    digits = int(bound.needed(1, "number of digits"))
    precision, scale = bound.args[0].type.numbers
    type_ = decimal(min(38, precision + 1), scale)
    if digits >= scale:
        return Typed(f"CAST({bound[0]} AS {duck(type_)})", type_)
    if digits < 0:
        unit = f"CAST('1{'0' * -digits}' AS HUGEINT)"
        whole = f"CAST({bound[0]} AS HUGEINT)"
        # Digits after the point cannot turn a half into more than a half: it rounds up anyway.
        whole = f"CAST(trunc({bound[0]}) AS HUGEINT)" if scale else whole
        return Typed(f"CAST(mesh_half_up({whole}, {unit}) * {unit} AS {duck(type_)})", type_)
    return Typed(
        f"CAST(CAST({bound[0]} AS DECIMAL({min(38, precision + 1)},{digits})) AS "
        f"{duck(type_)})",
        type_,
    )


def _round_whole(bound: Bound) -> str:
    digits = int(bound.needed(1, "number of digits"))
    if digits >= 0:
        return bound[0]
    if digits < -18:
        bound.env.tx.unsupported(bound.at, "round to more than 18 digits before the point")
    unit = f"CAST({10**-digits} AS BIGINT)"
    kind = duck(bound.result)
    return f"CAST(mesh_half_up(CAST({bound[0]} AS BIGINT), {unit}) * {unit} AS {kind})"


def _truncate_decimal(bound: Bound) -> Typed:
    precision, scale = bound.args[0].type.numbers
    if len(bound.args) == 1:
        type_ = decimal(max(1, precision - scale), 0)
        return Typed(f"CAST({_cut(bound[0], bound.args[0].type, 0)} AS {duck(type_)})", type_)
    digits = int(bound.needed(1, "number of digits"))
    type_ = bound.args[0].type
    return Typed(_cut(bound[0], type_, digits), type_)


def _cut(sql: str, type_: TrinoType, digits: int) -> str:
    precision, scale = type_.numbers
    if digits >= scale:
        return sql
    if digits < 0 and -digits >= precision - scale:
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE CAST(0 AS {duck(type_)}) END"
    unit = "0." + "0" * (digits - 1) + "1" if digits > 0 else "1" + "0" * -digits
    wide = duck(decimal(min(38, precision + 1), scale))
    return f"CAST({sql} - ({sql} % CAST('{unit}' AS {wide})) AS {duck(type_)})"


def _sign_decimal(bound: Bound) -> Typed:
    return Typed(f"CAST(sign({bound[0]}) AS DECIMAL(1,0))", decimal(1, 0))


def _random(_bound: Bound) -> Typed:
    return Typed("random()", DOUBLE, volatile=True)


def _random_below(bound: Bound) -> Typed:
    kind = bound.args[-1].type
    low = bound[0] if len(bound.args) == 2 else "0"
    high = bound[len(bound.args) - 1]
    sql = f"CAST({low} + floor(random() * ({high} - {low})) AS {duck(kind)})"
    return Typed(sql, kind, volatile=True)


def _bit_count(bound: Bound) -> str:
    bits = bound.needed(1, "number of bits")
    if bits == "64":
        return f"CAST(bit_count({bound[0]}) AS BIGINT)"
    if not 2 <= int(bits) < 64:
        bound.env.tx.wrong(bound.at, "Bits specified in bit_count must be between 2 and 64")
    mask = 2 ** int(bits) - 1
    return f"CAST(bit_count({bound[0]} & CAST({mask} AS BIGINT)) AS BIGINT)"


def _shift_left(bound: Bound) -> str:
    if bound.args[0].type not in {BIGINT, INTEGER}:
        bound.env.tx.unsupported(bound.at, f"{bound.name} of a {bound.args[0].type}")
    places = int(bound.needed(1, "shift"))
    size = 64 if bound.args[0].type == BIGINT else 32
    if not 0 <= places < size:
        bound.env.tx.unsupported(bound.at, f"{bound.name} by {places}")
    bits = f"(CAST({bound[0]} AS HUGEINT) * CAST({2**places} AS HUGEINT))"
    span, half = f"CAST('{2**size}' AS HUGEINT)", f"CAST('{2 ** (size - 1)}' AS HUGEINT)"
    wrapped = f"((({bits} + {half}) % {span} + {span}) % {span} - {half})"
    return f"CAST({wrapped} AS {duck(bound.result)})"


def _shift_right(bound: Bound) -> str:
    places = int(bound.needed(1, "shift"))
    size = {"bigint": 64, "integer": 32, "smallint": 16, "tinyint": 8}[bound.result.base]
    if not 0 <= places < size:
        bound.env.tx.unsupported(bound.at, f"{bound.name} by {places}")
    value = f"CAST({bound[0]} AS HUGEINT)"
    if bound.name == "bitwise_right_shift":
        value = f"(({value} + CAST('{2**size}' AS HUGEINT)) % CAST('{2**size}' AS HUGEINT))"
    unit = f"CAST({2**places} AS HUGEINT)"
    down = f"(({value} - (({value} % {unit}) + {unit}) % {unit}) // {unit})"
    return f"CAST({down} AS {duck(bound.result)})"


scalars(
    {
        **_same("abs({0})", (*_WHOLE, *_FLOATS), "abs"),
        "abs(decimal(p,s)) -> decimal(p,s)": "abs({0})",
        **_same("sign({0})", _WHOLE, "sign"),
        **_same("CASE WHEN isnan({0}) THEN {0} ELSE sign({0}) END", _FLOATS, "sign"),
        "sign(decimal(p,s)) -> decimal(1,0)": _sign_decimal,
        **{
            f"{name}({base}) -> {base}": "{0}"
            for base in _WHOLE
            for name in ("ceil", "ceiling", "floor", "round")
        },
        **_same("ceil({0})", _FLOATS, "ceil"),
        **_same("ceil({0})", _FLOATS, "ceiling"),
        **_same("floor({0})", _FLOATS, "floor"),
        **_same("round({0})", _FLOATS, "round"),
        "ceil(decimal(p,s)) -> decimal(p,s)": _whole_decimal("ceil"),  # type: ignore[dict-item]
        "ceiling(decimal(p,s)) -> decimal(p,s)": _whole_decimal("ceil"),  # type: ignore[dict-item]
        "floor(decimal(p,s)) -> decimal(p,s)": _whole_decimal("floor"),  # type: ignore[dict-item]
        "round(decimal(p,s)) -> decimal(p,s)": _whole_decimal("round"),  # type: ignore[dict-item]
        **{f"round({base}, integer) -> {base}": _round_whole for base in _WHOLE},
        "round(decimal(p,s), integer) -> decimal(p,s)": _round_decimal,
        "round(double, integer) -> double": "CAST(round({0}, {1}) AS DOUBLE)",
        "truncate(real) -> real": "CAST(trunc({0}) AS FLOAT)",
        "truncate(decimal(p,s)) -> decimal(p,s)": _truncate_decimal,
        "truncate(decimal(p,s), integer) -> decimal(p,s)": _truncate_decimal,
        "truncate(double) -> double": "trunc({0})",
        **{f"mod({base}, {base}) -> {base}": _modulus for base in _WHOLE},
        "mod(decimal(p,s), decimal(q,t)) -> decimal(p,s)": _modulus,
        "mod(real, real) -> real": _modulus,
        "mod(double, double) -> double": _modulus,
    }
)
scalars(
    {
        "power(double, double) -> double": "pow({0}, {1})",
        "pow(double, double) -> double": "pow({0}, {1})",
        "sqrt(double) -> double": "mesh_sqrt({0})",
        "cbrt(double) -> double": "cbrt({0})",
        "exp(double) -> double": "exp({0})",
        "ln(double) -> double": "mesh_ln({0})",
        "log2(double) -> double": "(mesh_ln({0}) / ln(2))",
        "log10(double) -> double": "CASE WHEN {0} > 0 THEN log10({0}) ELSE mesh_ln({0}) END",
        "log(double, double) -> double": "(mesh_ln({1}) / mesh_ln({0}))",
        **{
            f"{name}(double) -> double": name + "({0})"
            for name in (
                "sin",
                "cos",
                "tan",
                "atan",
                "sinh",
                "cosh",
                "tanh",
                "degrees",
                "radians",
            )
        },
        **{f"{name}(double) -> double": f"mesh_{name}({{0}})" for name in ("asin", "acos")},
        "atan2(double, double) -> double": "atan2({0}, {1})",
        "pi() -> double": "pi()",
        "e() -> double": "CAST('2.718281828459045' AS DOUBLE)",
        "nan() -> double": "CAST('nan' AS DOUBLE)",
        "infinity() -> double": "CAST('inf' AS DOUBLE)",
        "is_nan(real) -> boolean": "isnan({0})",
        "is_nan(double) -> boolean": "isnan({0})",
        "is_finite(double) -> boolean": "isfinite({0})",
        "is_infinite(double) -> boolean": "isinf({0})",
        "width_bucket(double, double, double, bigint) -> bigint": (
            "mesh_width_bucket({0}, {1}, {2}, {3})"
        ),
        "random() -> double": _random,
        "rand() -> double": _random,
        **{
            f"{name}({base}) -> {base}": _random_below
            for name in ("random", "rand")
            for base in _WHOLE
        },
        **{
            f"{name}({base}, {base}) -> {base}": _random_below
            for name in ("random", "rand")
            for base in _WHOLE
        },
        "bitwise_and(bigint, bigint) -> bigint": "({0} & {1})",
        "bitwise_or(bigint, bigint) -> bigint": "({0} | {1})",
        "bitwise_xor(bigint, bigint) -> bigint": "xor({0}, {1})",
        "bitwise_not(bigint) -> bigint": "(~{0})",
        "bit_count(bigint, bigint) -> bigint": _bit_count,
        **{f"bitwise_left_shift({base}, bigint) -> {base}": _shift_left for base in _WHOLE},
        **{f"bitwise_right_shift({base}, bigint) -> {base}": _shift_right for base in _WHOLE},
        **{
            f"bitwise_right_shift_arithmetic({base}, bigint) -> {base}": _shift_right
            for base in _WHOLE
        },
        "from_base(varchar, bigint) -> bigint": lambda bound: bound.env.tx.unsupported(
            bound.at, "from_base"
        ),
    }
)
