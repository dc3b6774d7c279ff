"""Statements that change something: tables and schemas of a lake, on the session's branch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.landing_rows import kept_columns
from jupyter_mesh.errors import (
    InputError,
    NameNotFound,
    QueryError,
    StatementInvalid,
    StatementNotSupported,
)
from jupyter_mesh.model.names import quote
from jupyter_mesh.sql import embedded
from jupyter_mesh.sql.embedded import Target
from jupyter_mesh.sql.embedded.types import duck

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jupyter_mesh.engines.filling import TableWriter
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.sql.embedded import Relation, Translated
    from jupyter_mesh.sql.statement import Statement, TableRef


_SAID = {"view": "of views anything but CREATE VIEW and DROP VIEW"}


@dataclass(frozen=True, slots=True)
class Changed:
    """What a statement did, in Trino's words, and to how many rows."""

    update: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Changing:
    """One changing statement with everything it needs."""

    statement: Statement
    session: Session
    relations: Mapping[TableRef, Relation]
    parameters: Mapping[str, Any]
    writer: TableWriter

    def run(self) -> Changed:
        """Carry it out: whole, or nothing has changed."""
        ways: dict[str, Callable[[], Changed]] = {
            "ctas": self._create_as,
            "create_table": self._create,
            "drop_table": self._drop,
            "create_schema": self._create_schema,
            "insert": lambda: self._edit("INSERT"),
            "delete": lambda: self._edit("DELETE"),
            "update": lambda: self._edit("UPDATE"),
            "merge": lambda: self._edit("MERGE"),
            "truncate": lambda: self._edit("TRUNCATE TABLE"),
        }
        kind = self.statement.kind
        if kind not in ways:
            raise StatementNotSupported(_SAID.get(kind) or kind.upper().replace("_", " "))
        if self.statement.tree.properties:
            raise StatementNotSupported("properties of a table or schema (WITH ...)")
        return ways[kind]()

    @property
    def _table(self) -> TableName:
        return self.writer.table

    # -- schemas and tables ------------------------------------------------------------------

    def _create_schema(self) -> Changed:
        name = self._table
        if name.schema in self.writer.lake.schemas(self.session.branch):
            if not self.statement.if_not_exists:
                raise StatementInvalid(f"Schema {name.catalog}.{name.schema} already exists")
        else:
            self.writer.lake.create_schema(name.schema, self.session.branch)
        return Changed("CREATE SCHEMA")

    def _create(self) -> Changed:
        if self._is_there():
            return Changed("CREATE TABLE")
        translated = self._translated(Target(self._table.sql))
        self.writer.lake.prepare(
            self._table, self._kept(translated.columns), self.session.branch
        )
        return Changed("CREATE TABLE")

    def _create_as(self) -> Changed:
        if self._is_there():
            return Changed("CREATE TABLE", 0)
        translated = self._translated(Target(self._table.sql))
        columns = self._kept(translated.columns)
        source = _as_columns(translated.query, columns)
        rows = self.writer.fill(self.session.branch, columns, source, translated.parameters)
        return Changed("CREATE TABLE", rows)

    def _drop(self) -> Changed:
        try:
            self.writer.lake.drop(self._table, self.session.branch)
        except NameNotFound:
            if not self.statement.if_exists:
                raise
        return Changed("DROP TABLE")

    def _is_there(self) -> bool:
        """Whether nothing is to be done because the table is there; StatementInvalid when it
        must not be.
        """
        name = self._table
        known = self.writer.lake.schemas(self.session.branch)
        if name.schema not in known:
            raise NameNotFound(
                "schema",
                f"{name.catalog}.{name.schema}",
                [f"{name.catalog}.{schema}" for schema in known],
                remedy=f"Make it first: CREATE SCHEMA {name.catalog}.{name.schema}",
            )
        if name.table not in self.writer.lake.tables(name.schema, self.session.branch):
            return False
        if self.statement.replace:
            return False
        if self.statement.if_not_exists:
            return True
        raise StatementInvalid(
            f"Table {name} already exists",
            remedy="Write CREATE OR REPLACE TABLE to give it new rows, or drop it first.",
        )

    # -- rows --------------------------------------------------------------------------------

    def _edit(self, update: str) -> Changed:
        current = self.writer.lake.snapshot(self._table, self.session.branch)
        with self.writer.attached(self.session.branch) as alias:
            target = Target(self.writer.place(alias), current.columns)
            translated = self._translated(target)
            with self.writer.running.at_work() as connection:
                row = connection.execute(translated.sql, translated.parameters).fetchone()
        return Changed(update, int(row[0]) if row else 0)

    def _translated(self, target: Target) -> Translated:
        return embedded.translate(
            self.statement,
            self.relations,
            self.parameters,
            self.session.zone,
            {self._table: target},
        )

    def _kept(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns as a table keeps them, under the names that were written."""
        try:
            kept = kept_columns(columns)
        except InputError as error:
            raise QueryError(error.message, remedy=error.remedy) from error
        return tuple(
            replace(found, name=column.name)
            for found, column in zip(kept, columns, strict=True)
        )


def _as_columns(query: str, columns: Sequence[Column]) -> str:
    """The rows of a query under these names, in these types."""
    places = [f"c{place}" for place in range(len(columns))]
    items = ", ".join(
        f"CAST({place} AS {duck(column.type)}) AS {quote(column.name)}"
        for place, column in zip(places, columns, strict=True)
    )
    return f"SELECT {items} FROM ({query}) AS rows({', '.join(places)})"  # noqa: S608
