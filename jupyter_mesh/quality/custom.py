"""Rules written for another engine: those of Great Expectations we can ask, others we name."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.documents import Document
from jupyter_mesh.formats.cells import plain
from jupyter_mesh.quality.checks import Check, Expected, Finding, Unanswerable
from jupyter_mesh.quality.rows import LIMIT, selected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jupyter_mesh.model.contract import Rule

_TABLE_WIDE = ("expect_table_", "expect_multicolumn_", "expect_compound_", "expect_select_")
_SPELLINGS = {"column_a": "column_A", "column_b": "column_B"}


def custom(rule: Rule, columns: Sequence[str]) -> Check:
    """The expectation of a custom rule, or why it cannot be asked.

    The standard's schema and its text spell the engine differently; all spellings are taken.
    """
    engine = str(rule.arguments.get("engine", ""))
    if re.sub("[^a-z]", "", engine.lower()) not in {"greatexpectations", "gx"}:
        return Unanswerable(rule, f"it is written for {engine or 'an engine it does not name'}")
    written = _implementation(rule.arguments.get("implementation"))
    wanted = str(written.get("type") or written.get("expectation_type") or "")
    known = {name.replace("_", ""): name for name in expectation_names()}
    name = known.get(wanted.replace("_", "").lower())
    if name is None:
        near = get_close_matches(_snake(wanted), sorted(known.values()), n=3)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        return Unanswerable(rule, f"there is no expectation {wanted or '(unnamed)'}{hint}")
    arguments = {_snake(str(key)): value for key, value in _kwargs(written).items()}
    if rule.column and not name.startswith((*_TABLE_WIDE, "expect_column_pair_")):
        arguments.setdefault("column", rule.column)
    return Expected(rule, name, arguments, _needed(arguments, columns))


def _kwargs(written: Mapping[str, Any]) -> Mapping[str, Any]:
    kwargs = written.get("kwargs") or {}
    if not isinstance(kwargs, dict):
        raise ValueError("the kwargs of its expectation are not named values")
    return kwargs


def _implementation(written: object) -> Mapping[str, Any]:
    if isinstance(written, str):
        # Text in a YAML file is YAML again, as in the standard's own example; JSON is too.
        written = Document.parse(written, "implementation").plain()
    if not isinstance(written, dict):
        raise ValueError("its implementation is not an object with type and kwargs")
    return written


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("__", "_").lower()
    return _SPELLINGS.get(words, words)


def _needed(arguments: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns to hand over: the named ones, or all where a condition may name any."""
    if "row_condition" in arguments:
        return tuple(columns)
    named = [arguments[key] for key in ("column", "column_A", "column_B") if key in arguments]
    listed = arguments.get("column_list")
    named += listed if isinstance(listed, list) else []
    missing = sorted({str(name) for name in named} - set(columns))
    if missing:
        raise ValueError(f"there is no column {', '.join(missing)}")
    return tuple(dict.fromkeys(str(name) for name in named)) or tuple(columns)


@cache
def expectation_names() -> tuple[str, ...]:
    """The expectations that Great Expectations ships, read from its catalog file.

    The file is found without importing the package, which would take seconds.
    """
    spec = find_spec("great_expectations")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        file = Path(folder) / "expectations" / "core" / "schemas" / "index.json"
        if file.is_file():
            index = json.loads(file.read_text(encoding="utf-8"))
            return tuple(sorted({*index["expectations"], *index.get("documented_absent", ())}))
    return ()


def answered(check: Expected, answer: Mapping[str, Any], masked: frozenset[str]) -> Finding:
    """What the worker found, as our own finding."""
    if answer.get("error"):
        return Finding(None, str(answer["error"]).rstrip("."))
    result = answer.get("result", {})
    given = ", ".join(f"{key}={plain(value)}" for key, value in check.arguments.items())
    subject = f"{check.type}({given})"
    rows = tuple(selected(row, masked) for row in answer.get("rows", ())[:LIMIT])
    if "unexpected_count" in result:
        count, of = result["unexpected_count"], result.get("element_count", 0)
        says = f"{subject}: {count:,} of {of:,} rows are unexpected"
        return Finding(bool(answer["success"]), says, count, rows)
    observed = plain(result.get("observed_value"))
    says = f"{subject}: observed {json.dumps(observed, ensure_ascii=False)}"
    return Finding(bool(answer["success"]), says, observed, rows)
