"""Rows as lines of text: csv and JSON, column by column, with every digit of every value."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import plain, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType

_QUOTED = re.compile(r'[,"\n\r]|^\s|\s\Z|^\Z')
# What Arrow itself spells as we do, and much faster than value by value.
_ARROWS = frozenset({"tinyint", "smallint", "integer", "bigint", "boolean", "date", "varchar"})


def csv_header(columns: Sequence[Column]) -> str:
    """The line of names."""
    return ",".join(_field(column.name) for column in columns)


def csv_lines(batch: pa.RecordBatch, columns: Sequence[Column]) -> list[str]:
    """A line for each row (RFC 4180); NULL is nothing at all, empty text is two quotes."""
    cells = [_fields(words, column.type) for words, column in _spelled(batch, columns, _words)]
    return [",".join(row) for row in zip(*cells, strict=True)]


def json_lines(batch: pa.RecordBatch, columns: Sequence[Column]) -> list[str]:
    """An object for each row; what a JSON number would round (decimals) is text."""
    keys = ", ".join(f"{_key(column.name)}: %s" for column in columns)
    cells = [tokens for tokens, _column in _spelled(batch, columns, _tokens)]
    return [f"{{{keys}}}" % row for row in zip(*cells, strict=True)]


def _spelled(batch: pa.RecordBatch, columns: Sequence[Column], spell: Any) -> list[Any]:  # noqa: ANN401
    return [
        (spell(array, column.type), column)
        for array, column in zip(batch.columns, columns, strict=True)
    ]


def _words(array: pa.Array, kind: TrinoType) -> list[str | None]:
    from jupyter_mesh.formats.arrays import python_values

    if kind.base in _ARROWS:
        words: list[str | None] = array.cast("string").to_pylist()
        return words
    return [None if value is None else text(value) for value in python_values(array, kind)]


def _fields(words: list[str | None], kind: TrinoType) -> list[str]:
    if kind.is_numeric or kind.base in _ARROWS - {"varchar"}:
        return [word or "" for word in words]
    return ["" if word is None else _field(word) for word in words]


def _field(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if _QUOTED.search(word) else word


def _tokens(array: pa.Array, kind: TrinoType) -> list[str]:
    from jupyter_mesh.formats.arrays import python_values

    if kind.is_integer or kind.base == "boolean":
        return [word or "null" for word in array.cast("string").to_pylist()]
    spell = json.JSONEncoder(ensure_ascii=False).encode
    return [
        "null" if value is None else spell(plain(value)) for value in python_values(array, kind)
    ]


def _key(name: str) -> str:
    """A name as a JSON key that survives the filling in of values."""
    return json.dumps(name, ensure_ascii=False).replace("%", "%%")
