"""The standard's eight operators: whether a figure keeps a threshold, and how that reads."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import isinf
from typing import Any

_WORDS = {
    "mustBe": "must be {}",
    "mustNotBe": "must not be {}",
    "mustBeGreaterThan": "must be greater than {}",
    "mustBeGreaterOrEqualTo": "must be at least {}",
    "mustBeLessThan": "must be less than {}",
    "mustBeLessOrEqualTo": "must be at most {}",
    "mustBeBetween": "must be between {} and {}",
    "mustNotBeBetween": "must not be between {} and {}",
}
OPERATORS = tuple(_WORDS)


def holds(operator: str, observed: Any, threshold: Any) -> bool:  # noqa: ANN401 - any scalar
    """Whether an observed value keeps a threshold; both ends of a range belong to it.

    Numbers compare exactly, dates with their ISO spelling. Nothing observed (null, or what is
    not a number) keeps no threshold. Raises ValueError, with a sentence, when the two cannot be
    compared.
    """
    checked(operator, threshold)
    if observed is None or observed != observed:
        return False
    bounds = threshold if operator.endswith("Between") else [threshold]
    seen, *wanted = _alike(observed, bounds)
    if operator in {"mustBe", "mustNotBe"}:
        return bool((seen == wanted[0]) is (operator == "mustBe"))
    if operator.endswith("Between"):
        return bool((wanted[0] <= seen <= wanted[1]) is (operator == "mustBeBetween"))
    return bool(
        {
            "mustBeGreaterThan": lambda: seen > wanted[0],
            "mustBeGreaterOrEqualTo": lambda: seen >= wanted[0],
            "mustBeLessThan": lambda: seen < wanted[0],
            "mustBeLessOrEqualTo": lambda: seen <= wanted[0],
        }[operator]()
    )


def checked(operator: str, threshold: Any, *, numeric: bool = False) -> None:  # noqa: ANN401
    """Raise ValueError, with a sentence, unless the operator exists and fits its threshold."""
    if operator not in _WORDS:
        raise ValueError(f"there is no operator {operator}")
    between = operator.endswith("Between")
    if between and not (isinstance(threshold, list | tuple) and len(threshold) == 2):
        raise ValueError(f"{operator} needs two values, not {threshold!r}")
    bounds = list(threshold) if between else [threshold]
    if any(isinstance(bound, list | tuple | dict) or bound is None for bound in bounds):
        raise ValueError(f"{operator} needs a single value, not {threshold!r}")
    if numeric and any(_number(bound) is None for bound in bounds):
        raise ValueError(f"{operator} needs a number, not {threshold!r}")
    if between and _alike(bounds[0], bounds)[1] > _alike(bounds[0], bounds)[2]:
        raise ValueError(f"{operator} has its bounds the wrong way round: {threshold!r}")


def in_words(operator: str, threshold: Any, unit: str = "") -> str:  # noqa: ANN401
    """The promise as it is read aloud: `must be at most 5 percent`."""
    bounds = threshold if operator.endswith("Between") else [threshold]
    text = _WORDS[operator].format(*(_spelled(bound) for bound in bounds))
    return f"{text} {unit}".rstrip()


def _spelled(value: object) -> str:
    number = None if isinstance(value, str | bool) else _number(value)
    if isinstance(value, int) and number is not None:
        return f"{value:,}"
    return str(value)


def _number(value: object) -> Fraction | None:
    """The exact number, as it is written: 0.1 is a tenth."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        return Fraction(str(value).strip())
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _alike(observed: Any, bounds: Any) -> list[Any]:  # noqa: ANN401 - any scalars
    """Observed value and bounds as values of one kind."""
    values = [observed, *bounds]
    if isinstance(observed, bool) or any(isinstance(bound, bool) for bound in bounds):
        return [_truth(value) for value in values]
    if isinstance(observed, date):
        return [_instant(value, observed) for value in values]
    if isinstance(observed, str) and any(_is_date(bound) for bound in bounds):
        return [str(value) for value in values]
    if isinstance(observed, str) and all(isinstance(bound, str) for bound in bounds):
        return values
    numbers: list[Any] = [_number(value) for value in values]
    if isinstance(observed, float) and isinf(observed):
        numbers[0] = observed
    if None in numbers:
        raise ValueError(f"{observed!r} cannot be compared with {list(bounds)!r}")
    return numbers


def _is_date(value: object) -> bool:
    return isinstance(value, date)


def _truth(value: object) -> bool:
    text = str(value).lower()
    if text not in {"true", "false"}:
        raise ValueError(f"{value!r} is neither true nor false")
    return text == "true"


def _instant(value: object, like: date) -> date:
    """A date or time spelled in ISO 8601, of the kind of another."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date") from error
    if not isinstance(like, datetime):
        return moment.date() if moment.time() == moment.min.time() else moment
    if like.tzinfo and not moment.tzinfo:
        return moment.replace(tzinfo=like.tzinfo)
    return moment
