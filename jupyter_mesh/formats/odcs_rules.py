"""The rules of a data contract: ODCS quality, limits on values, and relationships."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.contract import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_mesh.formats.odcs_columns import Named
    from jupyter_mesh.formats.reading import Reading
    from jupyter_mesh.schemas.validation import KeyPath

OPERATORS = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)
LIMITS = (
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
)
_SEVERITIES = {
    **dict.fromkeys(("error", "critical", "blocker", "high", ""), Severity.CRITICAL),
    **dict.fromkeys(("warning", "warn", "medium"), Severity.WARNING),
    **dict.fromkeys(("info", "low"), Severity.INFO),
}
# `schema/carriers/properties/carrier`, with or without a file before it.
_BY_ID = re.compile(r"(?:.*#)?/?schema/([\w-]+)/properties/([\w-]+)\Z")
_PAIRS = (
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
)

_Placed = tuple[Rule, "KeyPath"]


def column_rules(reading: Reading, entry: Named, names: Sequence[str]) -> Iterator[_Placed]:
    """What a property promises: limits on its values, quality rules, relationships."""
    yield from _limits(reading, entry)
    yield from _quality(reading, entry.written, entry.path, entry.column.name, names)
    for index, written in enumerate(entry.written.get("relationships") or ()):
        path = (*entry.path, "relationships", index)
        yield _relationship(written, [entry.column.name], entry.column.name), path


def table_rules(
    reading: Reading, table: dict[str, Any], path: KeyPath, names: Sequence[str]
) -> Iterator[_Placed]:
    """What the table as a whole promises: quality rules, relationships of several columns."""
    yield from _quality(reading, table, path, "", names)
    for index, written in enumerate(table.get("relationships") or ()):
        place = (*path, "relationships", index)
        columns = [_dotted(name).rpartition(".")[2] for name in _listed(written["from"])]
        _known(reading, (*place, "from"), columns, names)
        if len(columns) != len(_listed(written["to"])):
            reading.wrong((*place, "to"), "expected as many columns as in from.")
        yield _relationship(written, columns, ""), place


def distinct(reading: Reading, rules: Sequence[_Placed]) -> tuple[Rule, ...]:
    """The rules with an id each: the written one, or one made of column, metric, operator."""
    taken: set[str] = set()
    for rule, path in rules:
        if rule.id in taken:
            reading.wrong((*path, "id"), f"there are two rules {rule.id}.", "Rename one.")
        if rule.id:
            taken.add(rule.id)
    named = []
    for rule, _path in rules:
        name = rule.id
        if not name:
            name = base = derived_id(rule)
            count = 2
            while name in taken:
                name, count = f"{base}-{count}", count + 1
            taken.add(name)
        named.append(replace(rule, id=name))
    return tuple(named)


def derived_id(rule: Rule) -> str:
    """The id of a rule that was given none; it stays the same while its subject does."""
    option = next(iter(rule.arguments), "") if rule.metric == "logicalTypeOptions" else ""
    parts = [rule.column or "table", option or rule.metric]
    if rule.metric not in {"logicalTypeOptions", "relationship", "custom", "text"}:
        parts.append(rule.operator)
    return re.sub(r"[^A-Za-z0-9_-]+", "_", "-".join(parts))


def _limits(reading: Reading, entry: Named) -> Iterator[_Placed]:
    options = entry.written.get("logicalTypeOptions") or {}
    path = (*entry.path, "logicalTypeOptions")
    for low, high in _PAIRS:
        if low in options and high in options and not _ordered(options[low], options[high]):
            text = f"{options[low]} is above {high}, {options[high]}: no value can be both."
            reading.wrong((*path, low), text)
    given = {key: options[key] for key in LIMITS if key in options}
    if "enum" in entry.written:
        given["enum"] = [choice["value"] for choice in entry.written["enum"]]
    for key, value in given.items():
        rule = Rule(
            "",
            "logicalTypeOptions",
            entry.column.name,
            arguments={key: value},
            dimension="conformity",
        )
        yield rule, (*path, key)


def _quality(
    reading: Reading, written: dict[str, Any], path: KeyPath, column: str, names: Sequence[str]
) -> Iterator[_Placed]:
    for index, entry in enumerate(written.get("quality") or ()):
        place = (*path, "quality", index)
        kind = entry.get("type") or ("library" if "metric" in entry else "text")
        rule = _rule(entry, kind, column)
        if kind == "library":
            _sound(reading, rule, place, names)
        if rule.operator in {"mustBeBetween", "mustNotBeBetween"} and not _ordered(
            *rule.threshold
        ):
            low, high = rule.threshold
            text = f"expected the smaller bound first, found {low} before {high}"
            reading.wrong((*place, rule.operator), text, f"Write [{high}, {low}].")
        if str(entry.get("severity", "")).lower() not in _SEVERITIES:
            text = f"{entry['severity']!r} is not a known severity and counts as critical."
            reading.doubt((*place, "severity"), text, "Write critical, warning or info.")
        yield rule, place


def _rule(entry: dict[str, Any], kind: str, column: str) -> Rule:
    operator = next((key for key in OPERATORS if key in entry), "")
    arguments = {
        key: entry[key] for key in ("query", "engine", "implementation") if key in entry
    }
    return Rule(
        id=entry.get("id", ""),
        metric=entry["metric"] if kind == "library" else kind,
        column=column,
        operator=operator,
        threshold=entry.get(operator),
        unit=entry.get("unit", "rows"),
        arguments=arguments | (entry.get("arguments") or {}),
        severity=_SEVERITIES.get(str(entry.get("severity", "")).lower(), Severity.CRITICAL),
        dimension=entry.get("dimension", ""),
        description=entry.get("description") or entry.get("name", ""),
    )


def _sound(reading: Reading, rule: Rule, path: KeyPath, names: Sequence[str]) -> None:
    """What the standard's schema cannot say of a library rule."""
    wants_column = {"nullValues", "missingValues", "invalidValues"}
    several = rule.arguments.get("properties")
    if rule.metric in wants_column and not rule.column:
        text = f"{rule.metric} is a rule of one column."
        reading.wrong((*path, "metric"), text, "Move it under that column's quality.")
    if rule.metric == "duplicateValues" and not rule.column:
        if several:
            _known(reading, (*path, "arguments", "properties"), _listed(several), names)
        else:
            text = "expected the columns that may not repeat together."
            remedy = "Add arguments: {properties: [...]}, or move it under one column."
            reading.wrong((*path, "metric"), text, remedy)
    if (
        rule.metric == "invalidValues"
        and not {"validValues", "pattern"} & rule.arguments.keys()
    ):
        text = "expected which values are valid."
        remedy = "Add arguments: {validValues: [...]} or {pattern: ...}."
        reading.wrong((*path, "arguments"), text, remedy)
    figures = rule.threshold if isinstance(rule.threshold, list) else [rule.threshold]
    if any(isinstance(f, bool) or not isinstance(f, int | float) for f in figures):
        reading.wrong((*path, rule.operator), f"expected a number, found {rule.threshold!r}")
    units = ("rows",) if rule.metric == "rowCount" else ("rows", "percent")
    if rule.unit not in units:
        text = f"expected {' or '.join(units)}, found {rule.unit!r}"
        reading.wrong((*path, "unit"), text)


def _relationship(written: dict[str, Any], columns: list[str], column: str) -> Rule:
    return Rule(
        id=written.get("id") or f"{'_'.join(columns)}-relationship",
        metric="relationship",
        column=column,
        arguments={
            "columns": columns,
            "to": [_dotted(target) for target in _listed(written["to"])],
        },
        dimension="consistency",
    )


def _dotted(reference: str) -> str:
    """`table.column` of a reference by name or by id."""
    match = _BY_ID.match(reference)
    return f"{match[1]}.{match[2]}" if match else reference


def _known(
    reading: Reading, path: KeyPath, columns: Sequence[str], names: Sequence[str]
) -> None:
    for name in columns:
        if name not in names:
            text = f"there is no column {name} in this contract."
            reading.wrong(path, text, f"It has {', '.join(names)}.")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _ordered(low: Any, high: Any) -> bool:  # noqa: ANN401 - two bounds of any kind
    try:
        return bool(low <= high)
    except TypeError:
        return False
