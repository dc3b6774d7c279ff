"""What the catalog shows: one line of a listing, one thing described."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_mesh.model.names import PLAIN, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing.

    `kind` is catalog, schema, table, column or product; `type` a column's Trino type or a
    catalog's kind; `name` the full name as it is typed.
    """

    name: str
    kind: str
    type: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """One table or product: its columns (or a product's ports as entries) and plain facts."""

    name: str
    kind: str
    columns: tuple[Column, ...] = ()
    entries: tuple[Entry, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """How many values of a column are missing, and between what the others lie.

    Bounds are text for people, empty where none are known; one with an ellipsis was cut.
    """

    nulls: int
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a table's metadata tells of its files (size in bytes) and, by name, its columns."""

    files: int = 0
    size: int | None = None
    columns: Mapping[str, ColumnStatistics] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing as the search index keeps it: a schema, table, product or output port.

    `id` is its place in the tree, `belongs` the catalog (empty for products) with which it is
    refreshed, `revision` what changes when it does, `changed` when that was (ISO 8601, empty
    where nobody knows); `table` and `columns` (name, type, comment) are a table's or port's.
    """

    id: str
    kind: str
    label: str
    belongs: str = ""
    path: str = ""
    comment: str = ""
    tags: tuple[str, ...] = ()
    table: str = ""
    columns: tuple[tuple[str, str, str], ...] = ()
    revision: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of a search, the better the greater its score (at most 1)."""

    id: str
    label: str
    kind: str
    path: str
    comment: str
    score: float


def table_id(table: TableName) -> str:
    """A table's place in the tree."""
    return f"table:{table}"


def column_id(table: str, column: str) -> str:
    """A column's place in the tree; `table` is the full name as it is typed."""
    return f"column:{table}.{column if PLAIN.match(column) else quote(column)}"
