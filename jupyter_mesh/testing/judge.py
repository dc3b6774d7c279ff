"""Whether two answers, as Trino's protocol writes them, are the same."""

from __future__ import annotations

import json
import math
from typing import Any

Answer = dict[str, Any]


def rows_agree(expected: Answer, found: Answer) -> str | None:
    """None when the answers agree, else what differs."""
    columns = expected["columns"]
    if [plain_type(c["type"]) for c in columns] != [
        plain_type(c["type"]) for c in found["columns"]
    ]:
        return f"types {[c['type'] for c in found['columns']]}"
    if expected.get("compare") in {"none", "count"}:
        return None
    mine, theirs = found["rows"], expected["rows"]
    if len(mine) != len(theirs):
        return f"{len(mine)} rows, not {len(theirs)}"
    if not expected.get("ordered"):
        mine, theirs = sorted(mine, key=order), sorted(theirs, key=order)
    for one, two in zip(mine, theirs, strict=True):
        kinds = [column["type"] for column in columns]
        if not all(alike(a, b, k) for a, b, k in zip(one, two, kinds, strict=True)):
            return f"{one}, not {two}"
    return None


def plain_type(text: str) -> str:
    """A type without the lengths of texts and without spaces, in lower case."""
    text = text.lower().replace(" ", "")
    while "varchar(" in text:
        start = text.index("varchar(")
        text = text[: start + 7] + text[text.index(")", start) + 1 :]
    return text


def order(row: list[Any]) -> str:
    """A text to sort rows by."""
    return json.dumps([rounded(cell) for cell in row], sort_keys=True)


def rounded(cell: Any) -> Any:  # noqa: ANN401 - any cell
    """A cell without the last digits of floating-point numbers."""
    if isinstance(cell, float):
        return f"{cell:.9g}"
    return [rounded(item) for item in cell] if isinstance(cell, list) else cell


def alike(one: Any, two: Any, kind: str) -> bool:  # noqa: ANN401 - any cells
    """Whether two cells of a type are the same."""
    if kind == "json" and isinstance(one, str) and isinstance(two, str):
        return bool(json.loads(one) == json.loads(two))
    if isinstance(one, int | float) and isinstance(two, int | float):
        return one == two or math.isclose(one, two, rel_tol=1e-12 if kind != "real" else 1e-6)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(
            alike(a, b, "") for a, b in zip(one, two, strict=True)
        )
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(alike(one[k], two[k], "") for k in one)
    return bool(one == two)
