"""Filling: one table of a lake gets columns and rows on a branch, or stays as it was."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.engines import writing
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_mesh.engines.running import Running
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.protocols import Catalog, Gateway


@dataclass(frozen=True, slots=True)
class TableWriter:
    """Writes one table through the gateway on the connection of one running statement."""

    table: TableName
    lake: Catalog
    gateway: Gateway
    running: Running

    def fill(
        self,
        branch: str,
        columns: Sequence[Column],
        source: str,
        parameters: Sequence[Any] = (),
    ) -> int:
        """Give the table exactly these columns and the rows of a DuckDB query.

        An empty branch is main: the work is done on a branch of its own and merged at the end.
        Returns the number of rows.
        """
        with self._branch(branch) as place:
            is_prepared = False
            try:
                self.lake.prepare(self.table, columns, place)
                is_prepared = True
                with self.attached(place) as alias, self.running.at_work() as connection:
                    return writing.replace(
                        connection, alias, self.table, source, columns, parameters
                    )
            except BaseException:
                if is_prepared:
                    self.lake.reset(self.table, place)
                raise

    @contextmanager
    def attached(self, branch: str) -> Iterator[str]:
        """The branch, writable under a name that only this statement knows."""
        alias = f"branch_{uuid4().hex}"
        endpoint = self.gateway.endpoint(self.table.catalog, branch)
        with self.running.at_work() as connection:
            writing.attach(connection, endpoint, alias)
        try:
            yield alias
        finally:
            writing.detach(self.running.connection, alias)

    def place(self, alias: str) -> str:
        """The table in DuckDB."""
        return ".".join(quote(part) for part in (alias, self.table.schema, self.table.table))

    @contextmanager
    def _branch(self, branch: str) -> Iterator[str]:
        if branch:
            yield branch
            return
        own = self.lake.open_branch(f"sql-{uuid4().hex}", None, (self.table,)).name
        try:
            yield own
            self.lake.merge(own)
        except BaseException:
            self.lake.abandon(own)
            raise
