"""Names in sight: the columns that a FROM clause offers, and the queries around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jupyter_mesh.sql.embedded.typed import Text, Typed

if TYPE_CHECKING:
    from jupyter_mesh.model.types import TrinoType
    from jupyter_mesh.sql.embedded.result import Relation, Target


@dataclass(frozen=True, slots=True)
class Column:
    """A column in sight: its name, the names of its relation, its type and its DuckDB text."""

    name: str
    relation: tuple[str, ...]
    type: TrinoType
    sql: str
    zone: str = ""

    def answers(self, parts: tuple[str, ...]) -> bool:
        """Whether `parts`, in lower case, mean this column."""
        *qualifier, name = parts
        if name != self.name.lower():
            return False
        size = len(qualifier)
        return not size or (
            size <= len(self.relation) and self.relation[-size:] == tuple(qualifier)
        )


@dataclass(slots=True)
class Scope:
    """The columns of one query's FROM, inside the scope of the query around it."""

    columns: list[Column]
    parent: Scope | None = None
    # Columns of outer queries that were used inside: (scope, DuckDB text, place in the text).
    outer: list[tuple[Scope, str, int]] = field(default_factory=list)

    def find(self, parts: tuple[str, ...]) -> list[Column]:
        """Every column here that the name may mean."""
        return [column for column in self.columns if column.answers(parts)]


@dataclass(frozen=True, slots=True)
class Shared:
    """A common table expression: its name in DuckDB and its columns."""

    sql: str
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Env:
    """Where an expression stands: what it can name, and what is allowed in it.

    `keys` are the DuckDB texts of the GROUP BY expressions, None outside a grouped query;
    `aggregates` and `windows` tell whether such calls may stand here, `clause` names the place
    for messages.
    """

    tx: Translation
    scope: Scope
    shared: dict[str, Shared] = field(default_factory=dict)
    keys: frozenset[str] | None = None
    aggregates: bool = False
    windows: bool = False
    clause: str = "WHERE clause"
    lambdas: dict[str, Typed] = field(default_factory=dict)
    named_windows: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, list[Typed]] = field(default_factory=dict)

    def within(self, **changes: Any) -> Env:  # noqa: ANN401
        """The same place with something changed."""
        return replace(self, **changes)


@dataclass(slots=True)
class Translation(Text):
    """One translation: the statement, what it reads, its values, and names not yet used."""

    text: str
    relations: dict[Any, Relation]
    targets: dict[Any, Target]
    parameters: dict[str, Any]
    catalog: str = ""
    schema: str = ""
    zone: str = "UTC"
    reference: Any = None
    values: list[Any] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    written: dict[Any, Any] = field(default_factory=dict)
    counter: int = 0

    def alias(self, letter: str = "t") -> str:
        """A name that nothing else has."""
        self.counter += 1
        return f"{letter}{self.counter}"
