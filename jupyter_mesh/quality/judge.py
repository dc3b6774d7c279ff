"""From measured figures to a finding: whether the promise is kept, in one sentence."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import plain
from jupyter_mesh.quality.checks import Counted, Finding, Orphaned, Repeated, Sized
from jupyter_mesh.quality.operators import holds, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.contract import Rule
    from jupyter_mesh.quality.measure import Measurable

_SUBJECTS = {
    "nullValues": "nulls",
    "missingValues": "missing values",
    "invalidValues": "invalid values",
    "duplicateValues": "duplicates",
    "rowCount": "rows",
    "logicalTypeOptions": "values outside the options",
    "relationship": "values without a counterpart",
    "sql": "the query's answer",
}


def judged(check: Measurable, figures: Sequence[int]) -> Finding:
    """What the figures of a check mean; an empty table has 0 percent of everything."""
    if isinstance(check, Sized):
        (rows,) = figures
        return _found(check.rule, rows, f"The table has {_many(rows, 'row')}")
    total, count, *more = figures
    if isinstance(check, Counted):
        noun = check.noun.removesuffix("s")
        says = f"{check.subject} {check.says} in {count:,} of {_many(total, noun)}"
        return _found(check.rule, _figure(check.rule, count, total), says)
    if isinstance(check, Orphaned):
        says = f"{_named(check)} {'has' if len(check.columns) == 1 else 'have'} no counterpart"
        says += f" in {check.other} in {count:,} of {_many(total, 'row')}"
        return _found(check.rule, _figure(check.rule, count, total), says)
    return _repeated(check, total, count, more)


def _repeated(check: Repeated, total: int, surplus: int, more: Sequence[int]) -> Finding:
    rows, values = more
    verb = "repeats" if len(check.columns) == 1 else "repeat"
    says = f"{_named(check)} {verb} in {_many(surplus, 'surplus row')} of {total:,}"
    if surplus:
        says += f" ({_many(values, 'value')} in {_many(rows, 'row')})"
    facts = {"duplicates": {"surplus": surplus, "rows": rows, "values": values}}
    return _found(check.rule, _figure(check.rule, surplus, total), says, facts)


def scalar(rule: Rule, observed: Any) -> Finding:  # noqa: ANN401 - any scalar
    """Whether the answer of an author's statement keeps its threshold."""
    try:
        kept = holds(rule.operator, observed, rule.threshold)
    except ValueError as error:
        return Finding(None, str(error))
    shown = "null" if observed is None else plain(observed)
    return Finding(kept, _sentence(f"{rule.id} answers {shown}", rule, kept), plain(observed))


def promised(rule: Rule) -> str:
    """The promise in words."""
    if rule.metric == "type":
        return f"{rule.column} is {rule.arguments['type']}"
    if rule.metric == "columns":
        return f"no column but {', '.join(rule.arguments['columns'])}"
    subject = _SUBJECTS.get(rule.metric)
    if subject is None:
        return rule.description
    try:
        return f"{subject} {_threshold(rule)}"
    except (KeyError, IndexError, TypeError):
        # The rule itself is wrong; its result says how.
        return rule.description


def _threshold(rule: Rule) -> str:
    unit = "percent" if rule.unit == "percent" else ""
    return in_words(rule.operator, rule.threshold, unit)


def _figure(rule: Rule, count: int, total: int) -> int | Fraction:
    if rule.unit != "percent":
        return count
    return Fraction(100 * count, total) if total else Fraction(0)


def _found(
    rule: Rule, figure: int | Fraction, says: str, facts: dict[str, Any] | None = None
) -> Finding:
    # A promise of the table's shape has no threshold of its own but: none.
    kept = holds(rule.operator, figure, rule.threshold)
    observed = figure if isinstance(figure, int) else round(float(figure), 6)
    if rule.unit == "percent":
        says += f" ({observed:g} percent)"
    return Finding(kept, _sentence(says, rule, kept), observed, facts=facts or {})


def _sentence(says: str, rule: Rule, kept: bool) -> str:
    if kept or (rule.operator == "mustBe" and rule.threshold == 0):
        return says
    return f"{says}; it {_threshold(rule)}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _named(check: Repeated | Orphaned) -> str:
    return " and ".join(check.columns) if len(check.columns) < 3 else ", ".join(check.columns)
