"""The tree of a statement that is not a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mesh.sql.tree import Expression, Node, Query, Relation, Table

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType


@dataclass(slots=True, eq=False)
class ColumnDefinition(Node):
    """One column of CREATE TABLE or ADD COLUMN."""

    name: str
    type: TrinoType
    required: bool
    comment: str


@dataclass(slots=True, eq=False)
class Assignment(Node):
    """`column = value` of an UPDATE."""

    name: str
    value: Expression


@dataclass(slots=True, eq=False)
class MergeCase(Node):
    """One WHEN of a MERGE: MATCHED UPDATE, MATCHED DELETE or NOT MATCHED INSERT."""

    action: str
    condition: Expression | None
    names: tuple[str, ...] = ()
    values: tuple[Expression, ...] = ()


@dataclass(slots=True, eq=False)
class Command(Node):
    """A statement that is not a query; which fields are filled depends on its kind.

    `end` is where the properties of a new table stand, or would, from 0; a view's query stands
    from `start` to `end`.
    """

    kind: str
    table: Table | None = None
    query: Query | None = None
    alias: str = ""
    columns: tuple[str, ...] = ()
    definitions: tuple[ColumnDefinition, ...] = ()
    properties: tuple[tuple[str, Expression], ...] = ()
    assignments: tuple[Assignment, ...] = ()
    source: Relation | None = None
    condition: Expression | None = None
    cases: tuple[MergeCase, ...] = ()
    inner: Node | None = None
    with_data: bool = True
    action: str = ""
    texts: tuple[str, ...] = ()
    end: int = 0
    start: int = 0
