"""Signatures of functions: which argument types fit, what comes out, how it is written.

A signature is written as Trino's documentation writes it: `lpad(varchar, bigint, varchar) ->
varchar`. Lower-case single letters are lengths (`varchar(x)`, `decimal(p,s)`), capital single
letters are any type, `function(T,U)` is a lambda, `...` repeats the last parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.sql.embedded.types import UNKNOWN, as_decimal, coercible, common

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PIECE = re.compile(
    r"\s*(interval (?:day to second|year to month)|timestamp with time zone"
    r"|[A-Za-z_]\w*|\d+|\.\.\.|->|[(),])"
)
NUMBERED = {"varchar", "char", "decimal", "timestamp", "time", "timestamp with time zone"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One parameter or result: a base or a variable, with what it holds."""

    base: str
    parts: tuple[Pattern, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether it stands for any type."""
        return len(self.base) == 1 and self.base.isupper()

    def __str__(self) -> str:
        inner = ",".join(map(str, self.parts))
        return f"{self.base}({inner})" if inner else self.base


@dataclass(slots=True)
class Overload:
    """One signature of a function and how it is written for DuckDB.

    `write` is a template with `{0}`, `{1}`, ... or a function of the bound Call.
    """

    name: str
    params: tuple[Pattern, ...]
    repeats: bool
    result: Pattern
    write: str | Callable[..., Any]
    text: str = field(repr=False, default="")


@dataclass(slots=True)
class Match:
    """An overload that fits: the types its arguments become, and the variables' values."""

    overload: Overload
    types: list[TrinoType]
    bound: dict[str, Any]
    exact: bool

    def result(self) -> TrinoType:
        """The type of the call."""
        return build(self.overload.result, self.bound)


def read(text: str, write: str | Callable[..., Any]) -> Overload:
    """An overload from its signature's text; `zoned(p)` is a timestamp with time zone."""
    text = text.replace("zoned(", "timestamp with time zone(")
    pieces = _PIECE.findall(text)
    name = pieces.pop(0)
    params, repeats = _list(pieces)
    if pieces.pop(0) != "->":
        raise ValueError(text)
    return Overload(name, tuple(params), repeats, _pattern(pieces), write, text)


def _list(pieces: list[str]) -> tuple[list[Pattern], bool]:
    found: list[Pattern] = []
    repeats = False
    pieces.pop(0)
    while pieces[0] != ")":
        if pieces[0] in {",", "..."}:
            repeats = pieces.pop(0) == "..."
            continue
        found.append(_pattern(pieces))
    pieces.pop(0)
    return found, repeats


def _pattern(pieces: list[str]) -> Pattern:
    base = pieces.pop(0)
    if pieces and pieces[0] == "(":
        return Pattern(base, tuple(_list(pieces)[0]))
    return Pattern(base)


def fit(overload: Overload, types: Sequence[TrinoType]) -> Match | None:
    """The overload bound to these argument types, or nothing."""
    params = list(overload.params)
    if overload.repeats:
        params += [params[-1]] * (len(types) - len(params))
    if len(params) != len(types):
        return None
    bound: dict[str, Any] = {}
    exact = True
    for param, type_ in zip(params, types, strict=True):
        grade = _bind(param, type_, bound)
        if grade is None:
            return None
        exact = exact and grade
    wanted = [build(param, bound, type_) for param, type_ in zip(params, types, strict=True)]
    for want, have in zip(wanted, types, strict=True):
        if want.base != "function" and not coercible(have, want):
            return None
    return Match(overload, wanted, bound, exact)


def _bind(param: Pattern, type_: TrinoType, bound: dict[str, Any]) -> bool | None:
    """True for an exact fit, False for one by coercion, None for no fit."""
    if param.is_any:
        return _bind_any(param.base, type_, bound)
    if param.base == "function" or type_.base == "function":
        return True if param.base == type_.base else None
    if type_.base == "unknown":
        return True
    if type_.base == param.base:
        return _bind_parts(param, type_, bound)
    if param.base == "decimal" and type_.is_integer:
        return None if _bind_parts(param, as_decimal(type_), bound) is None else False
    if param.parts and param.base not in NUMBERED:
        return None
    wanted = build(param, {})
    return False if coercible(type_, wanted) and type_.base != "char" else None


def _bind_any(name: str, type_: TrinoType, bound: dict[str, Any]) -> bool | None:
    if type_.base == "function":
        return None
    before = bound.get(name)
    found = type_ if before is None else common(before, type_)
    if found is None:
        return None
    bound[name] = found
    return True


def _bind_parts(param: Pattern, type_: TrinoType, bound: dict[str, Any]) -> bool | None:
    if param.base in NUMBERED:
        numbers = type_.numbers or (None,) * len(param.parts)
        for part, number in zip(param.parts, numbers, strict=False):
            if part.base.isdigit():
                continue
            before = bound.get(part.base, -1)
            known = before is not None and number is not None
            bound[part.base] = max(before, number) if known else None
        return True
    exact = True
    for part, item in zip(param.parts, type_.items, strict=False):
        grade = _bind(part, item, bound)
        if grade is None:
            return None
        exact = exact and grade
    return exact


def build(
    pattern: Pattern, bound: dict[str, Any], actual: TrinoType | None = None
) -> TrinoType:
    """The type that a pattern stands for; lengths of an argument stay its own."""
    if pattern.is_any:
        found = bound.get(pattern.base, UNKNOWN)
        return found if isinstance(found, TrinoType) else UNKNOWN
    if pattern.base == "function":
        return TrinoType("function")
    if pattern.base in NUMBERED:
        return _numbered(pattern, bound, actual)
    items = tuple(build(part, bound) for part in pattern.parts)
    return TrinoType(pattern.base, (), items)


def _numbered(pattern: Pattern, bound: dict[str, Any], actual: TrinoType | None) -> TrinoType:
    if actual is not None and actual.base == pattern.base:
        return actual
    if actual is not None and pattern.base == "decimal" and actual.is_integer:
        return as_decimal(actual)
    numbers: list[Any] = [
        int(part.base) if part.base.isdigit() else bound.get(part.base)
        for part in pattern.parts
    ]
    if not numbers and pattern.base not in {"varchar"}:
        default = {"decimal": (38, 0), "char": (1,)}.get(pattern.base, (3,))
        return TrinoType(pattern.base, default)
    if None in numbers or -1 in numbers:
        return TrinoType(pattern.base)
    return TrinoType(pattern.base, tuple(numbers))


class Registry:
    """Functions by name; each with its overloads in the order they are tried."""

    def __init__(self) -> None:
        self.overloads: dict[str, list[Overload]] = {}
        self.partial: set[str] = set()

    def add(self, signature: str, write: str | Callable[..., Any] = "") -> None:
        """Register one signature."""
        overload = read(signature, write)
        self.overloads.setdefault(overload.name, []).append(overload)

    def best(self, name: str, types: Sequence[TrinoType]) -> Match | None:
        """The overload for these types: an exact fit first, then the first that fits."""
        fallback = None
        for overload in self.overloads.get(name, ()):
            match = fit(overload, types)
            if match is not None and match.exact:
                return match
            fallback = fallback or match
        return fallback


@lru_cache(maxsize=1)
def known_functions() -> frozenset[str]:
    """The names of all functions of Trino, whether they are known here or not."""
    from importlib.resources import files

    text = files("jupyter_mesh.sql.embedded").joinpath("functions.txt").read_text("utf-8")
    return frozenset(text.split())
