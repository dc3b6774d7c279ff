"""Tables that a Trino server has no connector for, copied where it can read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.errors import ConfigError
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.engines.embedded import EmbeddedEngine
    from jupyter_mesh.model.tables import Pin, Session
    from jupyter_mesh.protocols import Catalog

# A copy is swept after so long, and made again when somebody asks.
_KEPT = timedelta(days=1)


class Copies:
    """Copies of tables of SQLite files and folders, each on a hidden branch of a lake.

    A branch is named after what the table's bytes are, so that a copy is made once and never
    changes; a source that does gets a new one. The server opens the branch as a catalog.
    """

    def __init__(self, lakes: Mapping[str, Catalog], local: EmbeddedEngine) -> None:
        self._lakes = lakes
        self._local = local
        self._lock = Lock()

    def place(self, table: TableName, session: Session) -> tuple[TableName, str, Pin]:
        """The table of a lake, the branch that it is on, and what was copied."""
        here = replace(session, branch="", as_of=None, pins={})
        empty = self._local.query(f"SELECT * FROM {table.sql} LIMIT 0", here)  # noqa: S608
        (pin,) = empty.stats.access.reads
        lake = self._home()
        mark = sha256(f"{table}\n{pin.digest}".encode()).hexdigest()[:16]
        with self._lock:
            name = self._found(lake, f"copy-{mark}-") if pin.digest else ""
            if not name:
                name = self._copy(lake, f"copy-{mark}-{uuid4().hex[:8]}", table, here)
        return _copied(lake, table), name, pin

    def _home(self) -> Catalog:
        for lake in self._lakes.values():
            return lake
        raise ConfigError(
            "There is no lake to copy tables to, for Trino to read them.",
            remedy="Add one to mesh.yaml, or read them with the embedded engine.",
        )

    def _found(self, lake: Catalog, prefix: str) -> str:
        """The branch of a copy that is whole; empty without one."""
        for branch in lake.branches():
            if branch.run_id.startswith(prefix) and lake.staged(branch.name):
                return branch.name
        return ""

    def _copy(self, lake: Catalog, run_id: str, table: TableName, session: Session) -> str:
        import pyarrow as pa

        place = _copied(lake, table)
        name = lake.open_branch(run_id, None, (place,), _KEPT).name
        try:
            result = self._local.query(f"SELECT * FROM {table.sql}", session)  # noqa: S608
            reader = pa.RecordBatchReader.from_batches(result.schema, result.batches())
            self._local.write(place, reader, replace(session, branch=name))
        except BaseException:
            lake.abandon(name)
            raise
        return name


def _copied(lake: Catalog, table: TableName) -> TableName:
    # Not under the schema's own name: DuckDB keeps main for itself.
    return TableName(lake.name, f"copy_{table.schema}", table.table)
