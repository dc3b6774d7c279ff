"""Older and shorter spellings of ODCS, brought to those of its newest JSON schema."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.types import TrinoType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.schemas.validation import KeyPath

# ODCS 3.0 wrote `rule` for `metric`, with names of its own.
_METRICS = {
    "nullCheck": "nullValues",
    "duplicateCount": "duplicateValues",
    "uniqueCheck": "duplicateValues",
    "countCheck": "rowCount",
}
_LOGICAL = {
    **dict.fromkeys(("varchar", "char", "uuid", "json", "varbinary", "ipaddress"), "string"),
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "integer"),
    **dict.fromkeys(("real", "double", "decimal"), "number"),
    **dict.fromkeys(("timestamp", "timestamp with time zone"), "timestamp"),
    **dict.fromkeys(("time", "time with time zone"), "time"),
    "date": "date",
    "boolean": "boolean",
    "array": "array",
    "row": "object",
}


def modern(plain: dict[str, Any]) -> tuple[dict[str, Any], frozenset[KeyPath]]:
    """The contract in today's spelling, and where a logical type had to be guessed.

    The standard's schema takes a property without a logical type to be of every type at once,
    and then misses what a map would need; so each one gets the type that it has physically.
    """
    plain = copy.deepcopy(plain)
    guessed: set[KeyPath] = set()
    tables = plain.get("schema")
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        if not isinstance(table, dict):
            continue
        _rules(table)
        for path, written in _properties(table, ("schema", index)):
            _rules(written)
            _options(written)
            if "logicalType" not in written:
                guessed.add(path)
                written["logicalType"] = logical_type(written)
    return plain, frozenset(guessed)


def logical_type(written: dict[str, Any]) -> str:
    """The logical type that goes with a property's physical one; text if nothing else does."""
    try:
        kind = TrinoType.parse(str(written.get("physicalType", "varchar")))
    except InputError:
        return "string"
    return _LOGICAL.get(kind.base, "string")


def _properties(
    written: dict[str, Any], path: KeyPath
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every property below an element, at any depth, with its path."""
    entries = written.get("properties")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield (*path, "properties", index), entry
            yield from _properties(entry, (*path, "properties", index))
    inner = [("items", written.get("items"))]
    if isinstance(written.get("map"), dict):
        inner += [(f"map.{side}", written["map"].get(side)) for side in ("key", "value")]
    for key, entry in inner:
        if isinstance(entry, dict):
            below = (*path, *key.split("."))
            yield below, entry
            yield from _properties(entry, below)


def _rules(written: dict[str, Any]) -> None:
    for rule in _mappings(written.get("quality")):
        if "metric" not in rule and isinstance(rule.get("rule"), str):
            older = rule.pop("rule")
            rule["metric"] = _METRICS.get(older, older)
            if not any(key.startswith("must") for key in rule):
                rule["mustBe"] = 0


def _options(written: dict[str, Any]) -> None:
    options = written.get("logicalTypeOptions")
    if not isinstance(options, dict):
        return
    # Until 3.0 an exclusive limit was a flag beside the limit.
    for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        flag = options.get(exclusive)
        if isinstance(flag, bool):
            del options[exclusive]
            if flag and limit in options:
                options[exclusive] = options.pop(limit)
    # Values under the options are not in the standard, but common; 3.2 has them beside.
    values = options.get("enum")
    if isinstance(values, list) and "enum" not in written:
        written["enum"] = [{"value": value} for value in values]
        del options["enum"]


def _mappings(entries: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - not yet validated
    items = entries if isinstance(entries, list) else []
    return [entry for entry in items if isinstance(entry, dict)]
