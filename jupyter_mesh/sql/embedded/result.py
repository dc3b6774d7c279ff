"""What goes into a translation and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mesh.model.contract import Column


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as DuckDB reads it: text for a FROM item, and its columns with Trino's types.

    The text is a name or a parenthesised query; it answers at least these columns by name.
    """

    sql: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A table as DuckDB writes it: its name in DuckDB, and its columns with Trino's types.

    `columns` is empty for a table that does not exist yet.
    """

    sql: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Translated:
    """DuckDB text with its values for `$1`, `$2`, ... and what it answers.

    `columns` are the answer's columns in order (several may share a name; DuckDB's own column
    names mean nothing). For a writing statement DuckDB answers the number of changed rows and
    `columns` is empty, except for `create_table`: there `columns` are the new table's columns,
    and for `ctas` too, with `query` the DuckDB text of its rows alone.
    `zones` gives, for a column of a type with time zone, the one zone of its values.
    `ordered` tells whether the order of the rows was asked for.
    """

    sql: str
    parameters: list[Any] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    query: str = ""
    zones: tuple[str, ...] = ()
    ordered: bool = False
