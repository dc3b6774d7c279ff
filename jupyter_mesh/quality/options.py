"""The limits that ODCS puts on a property's values (logicalTypeOptions), as predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.names import quote
from jupyter_mesh.quality.literals import literal, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_mesh.model.contract import Column

Test = tuple[str, str]

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_FORMATS = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "uuid": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "ipv4": r"^((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.|$)){4}$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:\S*$",
    "hostname": rf"^{_LABEL}(\.{_LABEL})*$",
}
# What a stored type already keeps by itself, or what only describes how a value is shown.
_DESCRIPTIVE = frozenset({"timezone", "defaultTimezone"})


def broken_options(column: Column, options: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Predicates that are true on a value outside the options, and what each one says.

    Raises ValueError for an option that cannot be held against a column of that type.
    """
    tests: list[Test] = []
    for option, value in _plain(options).items():
        if option in _DESCRIPTIVE or (option == "format" and not column.type.is_text):
            continue
        make = _OPTIONS.get(option)
        if make is None:
            raise ValueError(f"the option {option} is not known")
        tests.append(make(column, value))
    return [test for test, _ in tests], [says for _, says in tests]


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the older spelling `exclusiveMinimum: true` as a number (ODCS 3.0)."""
    plain = dict(options)
    for exclusive, inclusive in (
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ):
        flag = plain.get(exclusive)
        if isinstance(flag, bool):
            del plain[exclusive]
            if flag and inclusive in plain:
                plain[exclusive] = plain.pop(inclusive)
    return plain


def _limit(operator: str, words: str) -> Callable[[Column, Any], Test]:
    def test(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
        name = quote(column.name)
        bad = f"NOT ({name} {operator} {literal(value, column.type)})"
        if column.type.base in {"real", "double"}:
            # Not a number is outside every limit; file statistics do not know of it, so that an
            # engine that turns NOT (a <= b) into a > b may skip the very rows we look for.
            bad = f"{name} <> {name} OR {bad}"
        return bad, f"{words} {value}"

    return test


def _length(operator: str, words: str) -> Callable[[Column, Any], Test]:
    def test(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
        if not column.type.is_text:
            raise ValueError(f"a column of type {column.type} has no length")
        return f"length({quote(column.name)}) {operator} {_count(value)}", f"{words} {value}"

    return test


def _items(operator: str, words: str) -> Callable[[Column, Any], Test]:
    def test(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
        if column.type.base not in {"array", "map"}:
            raise ValueError(f"a column of type {column.type} has no items")
        size = f"cardinality({quote(column.name)})"
        return f"{size} {operator} {_count(value)}", f"{words} {value}"

    return test


def _multiple(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
    if not (column.type.is_integer or column.type.base == "decimal"):
        raise ValueError(f"multiples are not exact in a column of type {column.type}")
    step = literal(value, column.type)
    if float(value) == 0:
        raise ValueError("nothing is a multiple of 0")
    return f"{quote(column.name)} % {step} <> 0", f"no multiple of {value}"


def _pattern(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
    if not column.type.is_text:
        raise ValueError(f"a column of type {column.type} has no pattern")
    return f"NOT (regexp_like({quote(column.name)}, {text(value)}))", f"not like {value}"


def _format(column: Column, value: Any) -> Test:  # noqa: ANN401 - any scalar
    pattern = _FORMATS.get(str(value))
    if pattern is None:
        raise ValueError(f"the format {value} is not known")
    return _pattern(column, pattern)[0], f"no {value}"


def _enum(column: Column, value: Any) -> Test:  # noqa: ANN401 - any list
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("enum is not a list of values")
    inside = ", ".join(literal(item, column.type) for item in value if item is not None)
    shown = ", ".join(str(item) for item in value[:8])
    return f"NOT ({quote(column.name)} IN ({inside}))", f"none of {shown}"


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no length")
    return value


_OPTIONS: dict[str, Callable[[Column, Any], Test]] = {
    "minimum": _limit(">=", "below"),
    "maximum": _limit("<=", "above"),
    "exclusiveMinimum": _limit(">", "at or below"),
    "exclusiveMaximum": _limit("<", "at or above"),
    "minLength": _length("<", "shorter than"),
    "maxLength": _length(">", "longer than"),
    "minItems": _items("<", "of fewer items than"),
    "maxItems": _items(">", "of more items than"),
    "multipleOf": _multiple,
    "pattern": _pattern,
    "format": _format,
    "enum": _enum,
}
