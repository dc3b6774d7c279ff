"""A `%%mesh` cell: bind, run, stage, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.work import Work
from jupyter_mesh.errors import InputError, QueryError
from jupyter_mesh.magics.display import Answer, Preview
from jupyter_mesh.magics.kernel import current
from jupyter_mesh.magics.options import CellOptions, parse_options
from jupyter_mesh.magics.parameters import bound
from jupyter_mesh.magics.place import placed
from jupyter_mesh.magics.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.protocols import Ticket


class SqlCell:
    """Runs the cells of one shell."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
        self.shell = shell

    async def awaited(self, line: str, body: str) -> Answer:
        """Run a cell whose shell can await: buttons and other messages work meanwhile."""
        options, work = self._begin(line, body)
        progress = ProgressLine(work, self.shell, awaits=True)
        with placed(self.shell):
            try:
                return self._end(options, await work.awaited(progress.tick))
            finally:
                progress.close()

    def joined(self, line: str, body: str) -> Answer:
        """Run a cell where nothing can be awaited: in other code, or without a loop."""
        options, work = self._begin(line, body)
        progress = ProgressLine(work, self.shell, awaits=False)
        with placed(self.shell):
            try:
                return self._end(options, work.joined(progress.tick))
            finally:
                progress.close()

    def _begin(self, line: str, body: str) -> tuple[CellOptions, Work[Answer]]:
        options = parse_options(line)
        sql = body.rstrip()
        if not sql:
            raise InputError(
                "The cell has no statement.",
                remedy="Write one below %%mesh, for instance SHOW CATALOGS.",
            )
        return options, Work(lambda ticket: answer(options, sql, self.shell.user_ns, ticket))

    def _end(self, options: CellOptions, answered: Answer) -> Answer:
        if options.into:
            self.shell.user_ns[options.into] = answered.result
        return answered


def answer(
    options: CellOptions, sql: str, variables: Mapping[str, Any], ticket: Ticket
) -> Answer:
    """What the cell's statement gives, staged when that was asked for, first rows read.

    The first rows are read here and not when they are shown, so that an engine that fails on
    its way raises like any other error.
    """
    mesh = current()
    try:
        values = bound(sql, variables, mesh.session)
        result = mesh.query(sql, values, options.engine or None, ticket)
        staged = mesh.stage(options.stage, result, ticket) if options.stage else None
        return Answer(result, Preview.of(result, options.limit), staged)
    except QueryError as error:
        error.statement = sql
        raise
