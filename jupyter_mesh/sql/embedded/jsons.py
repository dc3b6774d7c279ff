"""JSON: literals in their canonical text, and values taken out of documents."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql.embedded.scope import Env


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
