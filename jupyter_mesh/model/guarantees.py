"""Guarantees: rules reduced to what they measure and allow, so that two can be compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model import bounds
from jupyter_mesh.model.bounds import Range
from jupyter_mesh.model.contract import Severity

if TYPE_CHECKING:
    from jupyter_mesh.model.bounds import Ranges
    from jupyter_mesh.model.contract import Rule

RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
_NONE = (Range(0, 0),)
_SIDES = {
    "minimum": ("values", "low"),
    "exclusiveMinimum": ("values", "low"),
    "maximum": ("values", "high"),
    "exclusiveMaximum": ("values", "high"),
    "minLength": ("length", "low"),
    "maxLength": ("length", "high"),
    "minItems": ("items", "low"),
    "maxItems": ("items", "high"),
}
_WORDS = {
    "mustBe": "exactly {}",
    "mustNotBe": "not {}",
    "mustBeGreaterThan": "more than {}",
    "mustBeGreaterOrEqualTo": "at least {}",
    "mustBeLessThan": "less than {}",
    "mustBeLessOrEqualTo": "at most {}",
    "mustBeBetween": "between {} and {}",
    "mustNotBeBetween": "not between {} and {}",
}


@dataclass(frozen=True, slots=True)
class Guarantee:
    """One rule, with what it measures (`subject`) and which figures it lets pass.

    `choices` are the only values that count as valid, `marks` those that count as missing.
    """

    rule: Rule
    subject: tuple[Any, ...]
    ranges: Ranges
    unit: str = "rows"
    choices: frozenset[str] | None = None
    marks: frozenset[str] | None = None

    @property
    def rank(self) -> int:
        """How much it binds: 2 refuses, 1 warns, 0 informs."""
        return RANKS[self.rule.severity]

    @property
    def binds(self) -> bool:
        """Whether anybody can rely on it; what is for information promises nothing."""
        return self.rank > 0 and self.rule.metric != "text"

    def covers(self, other: Guarantee) -> bool:
        """Whether data that keeps this one keeps the other as well."""
        return self.rank >= other.rank and self.is_as_strict_as(other)

    def is_as_strict_as(self, other: Guarantee) -> bool:
        """The same, whatever happens to data that breaks it."""
        return (
            self.subject == other.subject
            # None at all is the same figure, whether rows or percents are counted.
            and (self.unit == other.unit or self.ranges == _NONE)
            and bounds.lies_within(self.ranges, other.ranges)
            and (other.choices is None or (self.choices or frozenset()) <= other.choices)
            and (other.marks is None or (self.marks or frozenset()) >= other.marks)
        )

    def only_allows_more_values_than(self, other: Guarantee) -> bool:
        """Whether the one difference is that further values count as valid."""
        return (
            self.subject == other.subject
            and self.choices is not None
            and other.choices is not None
            and self.choices > other.choices
            and self.ranges == other.ranges
        )

    def __str__(self) -> str:
        rule = self.rule
        if rule.metric == "logicalTypeOptions":
            return ", ".join(f"{key} {_short(value)}" for key, value in rule.arguments.items())
        if rule.operator not in _WORDS:
            return rule.metric
        values = rule.threshold if "Between" in rule.operator else [rule.threshold]
        unit = " percent" if rule.unit == "percent" else ""
        return f"{rule.metric} {_WORDS[rule.operator].format(*values)}{unit}"


def guarantee(rule: Rule) -> Guarantee:
    """What a rule guarantees."""
    if rule.metric == "logicalTypeOptions":
        return _option(rule)
    if rule.metric in {"custom", "text", "relationship"}:
        return Guarantee(rule, (rule.metric, rule.column, _canonical(rule.arguments)), _NONE)
    ranges = bounds.allowed(rule.operator, rule.threshold)
    if rule.metric == "sql":
        statement = " ".join(str(rule.arguments.get("query", "")).split())
        return Guarantee(rule, ("sql", rule.column, statement), ranges)
    return _library(rule, ranges)


def _library(rule: Rule, ranges: Ranges) -> Guarantee:
    ranges = bounds.percents(ranges) if rule.unit == "percent" else bounds.counts(ranges)
    about: tuple[Any, ...] = (rule.metric, rule.column)
    choices = marks = None
    if rule.metric == "duplicateValues":
        columns = rule.arguments.get("properties") or [rule.column]
        columns = [columns] if isinstance(columns, str) else columns
        about = (rule.metric, tuple(sorted(columns)))
    elif rule.metric == "invalidValues":
        about = (*about, rule.arguments.get("pattern", ""))
        choices = _set(rule.arguments.get("validValues"))
    elif rule.metric == "missingValues":
        marks = _set(rule.arguments.get("missingValues", [None, ""]))
    return Guarantee(rule, about, ranges, rule.unit, choices, marks)


def _option(rule: Rule) -> Guarantee:
    option, value = next(iter(rule.arguments.items()))
    if option in _SIDES:
        kind, side = _SIDES[option]
        inclusive = not option.startswith("exclusive")
        span = (
            Range(low=value, low_in=inclusive)
            if side == "low"
            else Range(high=value, high_in=inclusive)
        )
        return Guarantee(rule, (kind, rule.column, side), (span,))
    if option == "enum":
        subject = ("invalidValues", rule.column, "")
        return Guarantee(rule, subject, _NONE, choices=_set(value))
    if option == "pattern":
        return Guarantee(rule, ("invalidValues", rule.column, value), _NONE)
    return Guarantee(rule, (option, rule.column, _canonical(value)), _NONE)


def _set(values: Any) -> frozenset[str] | None:  # noqa: ANN401 - a list, or what was written
    return frozenset(map(_canonical, values)) if isinstance(values, list | tuple) else None


def _canonical(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
