"""Functions on text. Positions and lengths count code points, as in Trino."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded.registry import SCALARS, scalars
from jupyter_mesh.sql.embedded.typed import Typed

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.registry import Bound


def _substring(bound: Bound) -> str:
    start = bound.literal(1)
    length = bound[2] if len(bound.args) > 2 else ""
    if start is not None and int(start) > 0:
        if not length:
            return f"substring({bound[0]}, {start})"
        size = bound.literal(2)
        if size is not None and int(size) >= 0:
            return f"substring({bound[0]}, {start}, {size})"
    if length:
        return f"mesh_substring({bound[0]}, {bound[1]}, {length})"
    return f"mesh_tail({bound[0]}, {bound[1]})"


def _concat(bound: Bound) -> str:
    if any(arg.type.base == "unknown" for arg in bound.given):
        # Trino takes a bare NULL for an array here.
        bound.env.tx.unsupported(bound.at, "concatenation with NULL")
    return "(" + " || ".join(arg.sql for arg in bound.args) + ")"


def _concat_char(bound: Bound) -> Typed:
    total = sum(arg.type.numbers[0] for arg in bound.args)
    return Typed(_concat(bound), TrinoType("char", (total,)))


def _replace(bound: Bound) -> str:
    search = bound.needed(1, "search text")
    if not search:
        bound.env.tx.unsupported(bound.at, "replace of an empty text")
    return (
        f"replace({bound[0]}, {bound[1]}, {bound[2] if len(bound.args) > 2 else chr(39) * 2})"
    )


def _split(bound: Bound) -> str:
    delimiter = bound.needed(1, "delimiter")
    if not delimiter:
        bound.env.tx.wrong(bound.at, "The delimiter may not be the empty string")
    if len(bound.args) == 2:
        return f"string_split({bound[0]}, {bound[1]})"
    limit = int(bound.needed(2, "limit"))
    if limit <= 0:
        bound.env.tx.wrong(bound.at, "Limit must be positive")
    return f"mesh_split({bound[0]}, {bound[1]}, {limit})"


def _split_part(bound: Bound) -> str:
    delimiter = bound.needed(1, "delimiter")
    place = bound.literal(2)
    if place is not None and int(place) < 1:
        bound.env.tx.wrong(bound.at, "Index must be greater than zero")
    if not delimiter or place is None:
        bound.env.tx.unsupported(bound.at, "split_part with these arguments")
    return f"list_extract(string_split({bound[0]}, {bound[1]}), {place})"


def _pad(bound: Bound) -> str:
    size, pad = int(bound.needed(1, "length")), bound.needed(2, "padding")
    if size < 0 or size > 2**31:
        bound.env.tx.wrong(bound.at, "Target length must be in the range [0..2147483647]")
    if not pad:
        bound.env.tx.wrong(bound.at, "Padding string must not be empty")
    if not pad.isascii():
        bound.env.tx.unsupported(bound.at, f"{bound.name} with a padding outside of ASCII")
    return f"{bound.name}({bound[0]}, {size}, {bound[2]})"


def _trim(bound: Bound) -> str:
    letters = bound[1] if len(bound.args) > 1 else "mesh_spaces()"
    return f"{bound.name}({bound[0]}, {letters})"


def _chr(bound: Bound) -> str:
    return f"chr(CAST({bound[0]} AS INTEGER))"


def _codepoint(bound: Bound) -> str:
    if bound.args[0].type.numbers != (1,):
        bound.env.tx.wrong(
            bound.at,
            f"Unexpected parameters ({bound.args[0].type}) for function codepoint. "
            "Expected: codepoint(varchar(1))",
        )
    return f"unicode({bound[0]})"


def _ascii(name: str) -> object:
    def write(bound: Bound) -> str:
        if not all(
            (arg.literal or "").isascii() and arg.literal is not None for arg in bound.args
        ):
            bound.env.tx.unsupported(bound.at, f"{bound.name} of computed texts")
        return f"CAST({name}({bound[0]}, {bound[1]}) AS BIGINT)"

    return write


def _translate(bound: Bound) -> str:
    bound.needed(1, "list of letters")
    bound.needed(2, "list of letters")
    return f"translate({bound[0]}, {bound[1]}, {bound[2]})"


scalars(
    {
        "upper(varchar(x)) -> varchar(x)": "mesh_upper({0})",
        "lower(varchar(x)) -> varchar(x)": "lower({0})",
        "length(varchar) -> bigint": "length({0})",
        "length(char(x)) -> bigint": "length({0})",
        "reverse(varchar(x)) -> varchar(x)": "mesh_reverse({0})",
        "substr(varchar(x), bigint) -> varchar(x)": _substring,
        "substr(varchar(x), bigint, bigint) -> varchar(x)": _substring,
        "substring(varchar(x), bigint) -> varchar(x)": _substring,
        "substring(varchar(x), bigint, bigint) -> varchar(x)": _substring,
        "strpos(varchar, varchar) -> bigint": "CAST(instr({0}, {1}) AS BIGINT)",
        "replace(varchar(x), varchar) -> varchar(x)": _replace,
        "replace(varchar(x), varchar, varchar) -> varchar": _replace,
        **{f"{name}(varchar(x)) -> varchar(x)": _trim for name in ("trim", "ltrim", "rtrim")},
        **{
            f"{name}(varchar(x), varchar) -> varchar(x)": _trim
            for name in ("trim", "ltrim", "rtrim")
        },
        "concat(char(x), char(y)) -> char(x)": _concat_char,
        "concat(varchar, varchar...) -> varchar": _concat,
        "concat_ws(varchar, array(varchar)) -> varchar": "mesh_join({1}, {0})",
        "concat_ws(varchar, varchar...) -> varchar": lambda b: (
            "concat_ws(" + ", ".join(arg.sql for arg in b.args) + ")"
        ),
        "lpad(varchar, bigint, varchar) -> varchar": _pad,
        "rpad(varchar, bigint, varchar) -> varchar": _pad,
        "split(varchar(x), varchar) -> array(varchar(x))": _split,
        "split(varchar(x), varchar, bigint) -> array(varchar(x))": _split,
        "split_part(varchar(x), varchar, bigint) -> varchar(x)": _split_part,
        "starts_with(varchar, varchar) -> boolean": "starts_with({0}, {1})",
        "ends_with(varchar, varchar) -> boolean": "ends_with({0}, {1})",
        "chr(bigint) -> varchar(1)": _chr,
        "codepoint(varchar(x)) -> integer": _codepoint,
        "translate(varchar(x), varchar, varchar) -> varchar": _translate,
        "levenshtein_distance(varchar, varchar) -> bigint": _ascii("levenshtein"),  # type: ignore[dict-item]
        "to_utf8(varchar) -> varbinary": "encode({0})",
        "from_utf8(varbinary) -> varchar": "mesh_decode({0})",
    }
)
SCALARS.partial |= {"concat", "codepoint", "length", "concat_ws"}
