"""JSON: literals in their canonical text, and values taken out of documents."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from jupyter_mesh.sql.embedded.registry import scalars
from jupyter_mesh.sql.embedded.typed import text_literal

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql.embedded.registry import Bound
    from jupyter_mesh.sql.embedded.scope import Env


_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]|\[\"([^\"\\\]]*)\"\]")


def _path(bound: Bound) -> str:
    """The path for DuckDB; only plain steps are known to mean the same."""
    path = bound.needed(1, "path")
    found, position = "$", 1
    while path.startswith("$") and position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            break
        name = match[1] if match[1] is not None else match[3]
        found += f"[{match[2]}]" if match[2] is not None else f'."{name}"'
        position = match.end()
    if not path.startswith("$") or position < len(path):
        bound.env.tx.unsupported(bound.args[1].at, f"the JSON path {path}")
    return text_literal(found)


def _scalar(bound: Bound) -> str:
    return f"mesh_json_scalar({bound[0]}, {_path(bound)})"


def _formatted(bound: Bound) -> str:
    # Only a literal is known to be in Trino's own spelling, with its keys sorted.
    bound.needed(0, "document")
    return bound[0]


scalars(
    {
        "json_extract_scalar(varchar(x), varchar) -> varchar(x)": _scalar,
        "json_extract_scalar(json, varchar) -> varchar": _scalar,
        "json_format(json) -> varchar": _formatted,
    }
)


def canonical(text: str) -> str | None:
    """The document with sorted keys and no spaces, as Trino keeps it; None when it is none."""
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except ValueError:
        return None
    return _dump(found)


def _refuse(_word: str) -> NoReturn:
    raise ValueError


def _dump(value: object) -> str:
    if isinstance(value, dict):
        items = (
            f"{json.dumps(k, ensure_ascii=False)}:{_dump(value[k])}" for k in sorted(value)
        )
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_dump, value)) + "]"
    if isinstance(value, Decimal):
        return repr(float(value))
    return json.dumps(value, ensure_ascii=False)


def to_json(env: Env, sql: str, source: TrinoType, at: int) -> str:
    """CAST(x AS json)."""
    del sql
    return env.tx.unsupported(at, f"a cast from {source} to json")


def from_json(env: Env, sql: str, target: TrinoType, at: int) -> str:
    """CAST(json AS x)."""
    del sql
    return env.tx.unsupported(at, f"a cast from json to {target}")
