"""The words of JSON Schema that speak of one plain value: its type and its limits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
    "null": "nothing",
}
_CLASSES = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def is_kind(value: Any, kind: str) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a JSON value is of a JSON Schema type; 1.0 is an integer, true is no number."""
    if kind in {"number", "integer"}:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return kind == "number" or float(value).is_integer()
    classes = {
        "string": str,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    return isinstance(value, classes[kind])


def shown(value: Any, *, secret: bool = False) -> str:  # noqa: ANN401 - any JSON value
    """A value as a message may show it: short, and never a secret."""
    if secret:
        return "a value that is not shown"
    if value is None:
        return "nothing"
    if isinstance(value, list | dict):
        return KINDS["array" if isinstance(value, list) else "object"]
    text = json.dumps(value) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _of(kinds: type | tuple[type, ...], holds: Callable[[Any, Any], bool]) -> Any:  # noqa: ANN401
    """A limit that says nothing about values of other types, as the standard has it."""
    return lambda value, limit: (
        isinstance(value, bool) or not isinstance(value, kinds) or holds(value, limit)
    )


def _distinct(value: list[Any], wanted: bool) -> bool:
    return not wanted or len({json.dumps(v, sort_keys=True) for v in value}) == len(value)


_NUMBER = (int, float)
LIMITS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "pattern": (_of(str, lambda v, p: re.search(p, v) is not None), "text like {}"),
    "minLength": (_of(str, lambda v, n: len(v) >= n), "at least {} characters"),
    "maxLength": (_of(str, lambda v, n: len(v) <= n), "at most {} characters"),
    "minimum": (_of(_NUMBER, lambda v, n: v >= n), "at least {}"),
    "maximum": (_of(_NUMBER, lambda v, n: v <= n), "at most {}"),
    "exclusiveMinimum": (_of(_NUMBER, lambda v, n: v > n), "more than {}"),
    "minItems": (_of(list, lambda v, n: len(v) >= n), "at least {} items"),
    "maxItems": (_of(list, lambda v, n: len(v) <= n), "at most {} items"),
    "minProperties": (_of(dict, lambda v, n: len(v) >= n), "at least {} keys"),
    "uniqueItems": (_of(list, _distinct), "a list without repetition"),
}
# What a schema may say besides; none of it refuses a value.
SILENT = frozenset(
    (
        *("$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"),
        *("deprecated", "format", "writeOnly", "x-expected"),
    )
)
