"""Great Expectations' JSON, derived: a contract's suite and a release's validation result.

Shapes as of Great Expectations 1.24 (ExpectationSuite, ExpectationSuiteValidationResult). Ids
are derived from names, so that the same contract gives the same file to everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.contract import Rule
from jupyter_mesh.model.promises import promises
from jupyter_mesh.model.quality import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from jupyter_mesh.model.contract import Contract
    from jupyter_mesh.model.quality import CheckResult

Json = dict[str, Any]
Call = tuple[str, Json]

_VERSION = "1.24.1"


def suite(contract: Contract, name: str = "") -> Json:
    """The contract as an ExpectationSuite; rules that it cannot express are named in `meta`."""
    name = name or contract.id
    expectations: list[Json] = []
    left_out: list[str] = []
    for rule in promises(contract):
        calls = _calls(rule)
        if not calls:
            left_out.append(rule.id)
        expectations += [_configured(name, rule, call) for call in calls]
    meta = {"great_expectations_version": _VERSION}
    return {
        "name": name,
        "id": _id(name),
        "expectations": expectations,
        "meta": {**meta, "jupyter_mesh": {"contract": contract.id, "not_expressed": left_out}},
        "notes": None,
    }


def validation(name: str, results: Sequence[CheckResult], at: datetime | None = None) -> Json:
    """Check results as an ExpectationSuiteValidationResult.

    The format has no state for what was not evaluated: it stands as an exception, which no
    reader takes for a success.
    """
    good = sum(result.outcome is Outcome.PASSED for result in results)
    total = len(results)
    return {
        "success": not any(result.outcome in _UNSUCCESSFUL for result in results),
        "results": [_validated(name, result) for result in results],
        "suite_name": name,
        "suite_parameters": {},
        "statistics": {
            "evaluated_expectations": total,
            "successful_expectations": good,
            "unsuccessful_expectations": total - good,
            "success_percent": round(100 * good / total, 6) if total else None,
        },
        "meta": {
            "great_expectations_version": _VERSION,
            "run_id": {"run_name": name, "run_time": at.isoformat() if at else None},
        },
        "id": _id(name, "validation", at.isoformat() if at else ""),
    }


_UNSUCCESSFUL = frozenset({Outcome.FAILED, Outcome.NOT_EVALUATED})
_FIELDS = ("id", "metric", "column", "operator", "threshold", "unit", "arguments")


def _validated(name: str, result: CheckResult) -> Json:
    kept = {key: result.definition[key] for key in _FIELDS if key in result.definition}
    rule = Rule(**{"id": result.rule, "metric": result.metric, **kept})
    call = next(iter(_calls(rule)), (f"mesh_{result.metric}", {}))
    skipped = result.outcome is Outcome.NOT_EVALUATED
    config = _configured(name, rule, call) | {"severity": str(result.severity)}
    return {
        "success": result.outcome is Outcome.PASSED,
        "expectation_config": config,
        "result": {
            "observed_value": plain(result.observed),
            "details": {"outcome": str(result.outcome), "message": result.message},
            "partial_unexpected_list": [plain(row) for row in result.rows],
        },
        "meta": {"port": result.port, "dimension": result.dimension},
        "exception_info": {
            "raised_exception": skipped,
            "exception_message": result.message if skipped else None,
            "exception_traceback": None,
        },
    }


def _configured(name: str, rule: Rule, call: Call) -> Json:
    kind, kwargs = call
    return {
        "type": kind,
        "kwargs": plain(kwargs),
        "meta": {"rule": rule.id, "dimension": rule.dimension},
        "severity": str(rule.severity),
        "id": _id(name, rule.id, kind, *sorted(kwargs)),
    }


def _id(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "jupyter-mesh:" + "/".join(parts)))


def _calls(rule: Rule) -> list[Call]:
    """The expectations that say exactly what a rule says; none for a rule that is wrong."""
    make = _METRICS.get(rule.metric)
    try:
        return list(make(rule)) if make else []
    except (TypeError, ValueError, LookupError):
        return []


def _none_allowed(rule: Rule) -> bool:
    return rule.operator in {"mustBe", "mustBeLessOrEqualTo"} and rule.threshold == 0


def _existing(rule: Rule) -> Iterator[Call]:
    yield "expect_column_to_exist", {"column": rule.column}


def _columns(rule: Rule) -> Iterator[Call]:
    names = rule.arguments.get("columns", [])
    yield "expect_table_columns_to_match_set", {"column_set": names, "exact_match": True}


def _nulls(rule: Rule) -> Iterator[Call]:
    if _none_allowed(rule):
        yield "expect_column_values_to_not_be_null", {"column": rule.column}
    elif rule.unit == "percent" and (bounds := _bounds(rule)):
        # Of nulls at most 5 percent: of others at least 0.95.
        swapped = {
            **_share(bounds, "max", "min"),
            **_share(bounds, "min", "max"),
        }
        kind = "expect_column_proportion_of_non_null_values_to_be_between"
        yield kind, {"column": rule.column, **swapped}


def _share(bounds: Json, end: str, other: str) -> Json:
    if f"{end}_value" not in bounds:
        return {}
    share = round(1 - float(bounds[f"{end}_value"]) / 100, 12)
    strict = {f"strict_{other}": True} if bounds.get(f"strict_{end}") else {}
    return {f"{other}_value": share, **strict}


def _invalid(rule: Rule) -> Iterator[Call]:
    mostly: Json = {}
    if not _none_allowed(rule):
        if rule.unit != "percent" or rule.operator != "mustBeLessOrEqualTo":
            return
        mostly = {"mostly": round(1 - float(rule.threshold) / 100, 12)}
    given = rule.arguments
    if mostly and "validValues" in given and "pattern" in given:
        return
    column = {"column": rule.column, **mostly}
    if "validValues" in given:
        values = [value for value in given["validValues"] if value is not None]
        yield "expect_column_values_to_be_in_set", {**column, "value_set": values}
    if "pattern" in given:
        yield "expect_column_values_to_match_regex", {**column, "regex": given["pattern"]}


def _unique(rule: Rule) -> Iterator[Call]:
    if not _none_allowed(rule):
        return
    columns = rule.arguments.get("properties") or [rule.column]
    if len(columns) == 1:
        yield "expect_column_values_to_be_unique", {"column": columns[0]}
    else:
        yield "expect_compound_columns_to_be_unique", {"column_list": list(columns)}


def _size(rule: Rule) -> Iterator[Call]:
    if rule.unit != "percent" and (bounds := _bounds(rule)):
        yield "expect_table_row_count_to_be_between", bounds


def _bounds(rule: Rule) -> Json:
    """An operator as the two ends that expectations know; the two negations have none."""
    low, high = ("min_value", "max_value")
    value = rule.threshold
    return {
        "mustBe": lambda: {low: value, high: value},
        "mustBeGreaterThan": lambda: {low: value, "strict_min": True},
        "mustBeGreaterOrEqualTo": lambda: {low: value},
        "mustBeLessThan": lambda: {high: value, "strict_max": True},
        "mustBeLessOrEqualTo": lambda: {high: value},
        "mustBeBetween": lambda: {low: value[0], high: value[1]},
    }.get(rule.operator, dict)()


_RANGE: dict[str, Json] = {
    "minimum": {"min_value": None},
    "maximum": {"max_value": None},
    "exclusiveMinimum": {"min_value": None, "strict_min": True},
    "exclusiveMaximum": {"max_value": None, "strict_max": True},
}
_LENGTHS = {"minLength": "min_value", "maxLength": "max_value"}


def _options(rule: Rule) -> Iterator[Call]:
    given, column = rule.arguments, {"column": rule.column}
    limits: Json = {}
    for option, form in _RANGE.items():
        if option in given and not isinstance(given[option], bool):
            limits |= {k: given[option] if v is None else v for k, v in form.items()}
    if limits:
        yield "expect_column_values_to_be_between", {**column, **limits}
    lengths = {end: given[option] for option, end in _LENGTHS.items() if option in given}
    if lengths:
        yield "expect_column_value_lengths_to_be_between", {**column, **lengths}
    if "pattern" in given:
        yield "expect_column_values_to_match_regex", {**column, "regex": given["pattern"]}
    if "enum" in given:
        yield "expect_column_values_to_be_in_set", {**column, "value_set": given["enum"]}


def _custom(rule: Rule) -> Iterator[Call]:
    written = rule.arguments.get("implementation")
    if isinstance(written, dict) and str(written.get("type", "")).startswith("expect_"):
        yield str(written["type"]), dict(written.get("kwargs") or {})


_METRICS: dict[str, Callable[[Rule], Iterator[Call]]] = {
    "type": _existing,
    "columns": _columns,
    "nullValues": _nulls,
    "invalidValues": _invalid,
    "duplicateValues": _unique,
    "rowCount": _size,
    "logicalTypeOptions": _options,
    "custom": _custom,
}
