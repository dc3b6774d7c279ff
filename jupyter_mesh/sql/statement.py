"""A statement as it was read: its tree, its kind and what it touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import AsOf

# Kinds of statement that change nothing and can be answered by any reader.
READING = frozenset({"query", "show", "describe", "explain"})
# Kinds that change a table, a schema or the session.
WRITING = frozenset(
    (
        *("ctas", "create_table", "create_schema", "drop_table", "drop_schema"),
        *("insert", "delete", "update", "merge", "truncate", "alter", "comment"),
        *("create_view", "drop_view", "view"),
    )
)


@dataclass(frozen=True, slots=True)
class TableRef:
    """A table that a statement reads, and the version or time it asks for."""

    name: TableName
    as_of: AsOf | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """What a SHOW or DESCRIBE statement asks for.

    `what` is catalogs, schemas, tables, columns, functions, session, create or stats;
    `catalog`, `schema` and `table` are filled as far as the question needs them; `like` is a
    LIKE pattern and `escape` its escape character. A DESCRIBE asks for columns. `kind` is
    table, schema or view where the statement that made it is asked for.
    """

    what: str
    catalog: str = ""
    schema: str = ""
    table: str = ""
    like: str | None = None
    escape: str | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its text, its tree and what it touches.

    `kind` is one of READING, WRITING, or use, set_time_zone, set_session, reset_session,
    prepare, execute, deallocate, call, grant, transaction, analyze. `reads` leaves common
    table expressions out and names each table (at each version) once; `parameters` are the
    `:name`s in order of their first place. `session` is what USE and SET TIME ZONE ask for,
    `names` the catalog and schema that short names were completed with.
    """

    text: str
    tree: Any = field(repr=False, compare=False)
    kind: str
    reads: tuple[TableRef, ...] = ()
    writes: tuple[TableName, ...] = ()
    parameters: tuple[str, ...] = ()
    show: Show | None = None
    session: tuple[tuple[str, str], ...] = ()
    names: tuple[str, str] = ("", "")
    if_exists: bool = False
    if_not_exists: bool = False
    replace: bool = False

    @property
    def is_query(self) -> bool:
        """Whether it only reads rows."""
        return self.kind == "query"

    @property
    def writes_anything(self) -> bool:
        """Whether it changes a table or a schema."""
        return self.kind in WRITING
