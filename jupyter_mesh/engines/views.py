"""Views of lakes on every engine: read as the query that they are, made and dropped."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.engines.landing_rows import kept_columns
from jupyter_mesh.errors import InputError, NameNotFound, QueryError, StatementInvalid
from jupyter_mesh.model.tables import View
from jupyter_mesh.sql.reading import parse
from jupyter_mesh.sql.rewriting import Edit, Rewritten
from jupyter_mesh.sql.views import expanded, full_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.protocols import Catalog, Result
    from jupyter_mesh.sql.statement import Statement

    Ask = Callable[[str], Result]
    Origin = Callable[[int, int], tuple[int, int]]

_PLACE = re.compile(r"^line \d+:\d+: ")
_OF_TABLES = frozenset(
    (
        *("insert", "delete", "update", "merge", "truncate", "alter"),
        *("ctas", "create_table", "drop_table"),
    )
)
KINDS = frozenset({"create_view", "drop_view"})


def same(line: int, column: int) -> tuple[int, int]:
    """The place itself, where nothing was written out."""
    return line, column


class Views:
    """The views of every lake, as the statements of one engine meet them."""

    def __init__(self, lakes: Mapping[str, Catalog]) -> None:
        self._lakes = lakes

    def written_out(self, statement: Statement, session: Session) -> tuple[Statement, Origin]:
        """The statement with its views written out, and the way back to what was written.

        Raises StatementInvalid where a view is to be treated as a table.
        """
        for table in statement.writes:
            if statement.kind in _OF_TABLES and self.find(table, session) is not None:
                raise StatementInvalid(
                    f"{table} is a view.",
                    remedy="Change the tables under it; DROP VIEW takes it away.",
                )
        if statement.kind in KINDS:
            return statement, same
        rewritten = expanded(statement, lambda name: self.find(name, session), session.zone)
        if rewritten is None:
            return statement, same
        with told_at(rewritten.origin, statement.text):
            found = parse(rewritten.text, session.catalog, session.schema, session.zone)
        return found, rewritten.origin

    def find(self, name: TableName, session: Session) -> View | None:
        """The view of that name, as the session sees it, if there is one."""
        lake = self._lakes.get(name.catalog)
        return None if lake is None else lake.views.find(name, session.branch)

    def change(self, statement: Statement, session: Session, ask: Ask) -> str:
        """Make or drop a view; what was done, in Trino's words. `ask` answers a query.

        Raises StatementInvalid for a query that cannot be one, or a name that is taken.
        """
        (name,) = statement.writes
        lake = self._lakes.get(name.catalog)
        if lake is None:
            raise QueryError(
                f"The catalog {name.catalog} is only read.",
                remedy=f"Make views in a lake: {', '.join(self._lakes) or 'add one'}.",
            )
        if statement.kind == "drop_view":
            try:
                lake.views.drop(name, session.branch)
            except NameNotFound:
                if not statement.if_exists:
                    raise
            return "DROP VIEW"
        is_new = self._check_name(lake, name, statement, session)
        view = self._view(name, statement, session, ask)
        lake.views.put(view, session.branch, is_new=is_new)
        return "CREATE VIEW"

    def _check_name(
        self, lake: Catalog, name: TableName, statement: Statement, session: Session
    ) -> bool:
        """Whether there is no such view yet; StatementInvalid when the name is taken."""
        known = lake.schemas(session.branch)
        if name.schema not in known:
            raise NameNotFound(
                "schema",
                f"{name.catalog}.{name.schema}",
                [f"{name.catalog}.{schema}" for schema in known],
                remedy=f"Make it first: CREATE SCHEMA {name.catalog}.{name.schema}",
            )
        if name.table in lake.tables(name.schema, session.branch):
            raise StatementInvalid(f"There is a table named {name}.")
        is_new = lake.views.find(name, session.branch) is None
        if not is_new and not statement.replace:
            raise StatementInvalid(
                f"View {name} already exists",
                remedy="Write CREATE OR REPLACE VIEW to give it another query.",
            )
        return is_new

    def _view(self, name: TableName, statement: Statement, session: Session, ask: Ask) -> View:
        if statement.parameters:
            raise StatementInvalid(
                f"A view keeps no values, and :{statement.parameters[0]} is one.",
                remedy="Write the value itself into the view.",
            )
        command, text = statement.tree, statement.text
        start, end = command.start, command.end
        names = full_names(statement, start, end, session.zone)
        sql = Rewritten(text, [Edit(0, start, ""), *names, Edit(end, len(text), "")]).text
        self._check_circle(name, sql, session)
        before, after = Edit(0, start, "SELECT * FROM (\n"), Edit(end, len(text), "\n) LIMIT 0")
        whole = Rewritten(text, [before, *names, after])
        with told_at(whole.origin, text):
            answer = ask(whole.text)
            columns = _kept(answer.columns)
            answer.rows()
        return View(name, sql, name.catalog, name.schema, columns, command.action)

    def _check_circle(self, name: TableName, query: str, session: Session) -> None:
        """StatementInvalid for a view that would be read by itself."""

        def find(table: TableName) -> View | None:
            if table == name:
                raise StatementInvalid(f"The view {name} would read itself.")
            return self.find(table, session)

        expanded(parse(query, zone=session.zone), find, session.zone)


def _kept(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of a view, in types that Iceberg knows; each has to have a name."""
    for place, column in enumerate(columns, 1):
        if not column.name or re.fullmatch(r"_col\d+", column.name):
            raise StatementInvalid(
                f"Column {place} of the view has no name.", remedy="Give it one: AS name."
            )
    try:
        kept = kept_columns(columns)
    except InputError as error:
        raise QueryError(error.message, remedy=error.remedy) from error
    found = [replace(one, name=column.name) for one, column in zip(kept, columns, strict=True)]
    return tuple(found)


@contextmanager
def told_at(origin: Origin, text: str) -> Iterator[None]:
    """Errors in a text that was written out are told at their place in what was written."""
    try:
        yield
    except QueryError as error:
        if error.line and error.statement != text:
            error.line, error.column = origin(error.line, error.column)
            error.message = _PLACE.sub("", error.message.partition("\n")[0])
            error.statement = text
        raise
