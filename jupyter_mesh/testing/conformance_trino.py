"""Answers statements on a real Trino, through the mesh's own reader of its pages."""

from __future__ import annotations

from contextlib import ExitStack
from time import time_ns
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines.trino_connection import Connection
from jupyter_mesh.engines.trino_statement import RemoteStatement
from jupyter_mesh.engines.trino_types import column_of
from jupyter_mesh.formats.arrays import python_values
from jupyter_mesh.settings import TrinoSettings
from jupyter_mesh.testing import servers
from jupyter_mesh.testing.lakes import PlainSecrets
from jupyter_mesh.testing.protocol import spelled

if TYPE_CHECKING:
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.types import TrinoType

Answer = dict[str, Any]
# What the server that was asked before us had.
_CATALOGS = ("tpch", "tpcds", "memory", "blackhole")


class RemoteSubject:
    """One session after the other on a real Trino, each with all that a session keeps.

    Every session finds `memory` empty, so that only one subject at a time gives right answers.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        # Asked for in a way of its own, so that it is no other tests' server.
        shared = servers.trino(environment={"MESH_SUBJECT": "conformance"})
        service = self._stack.enter_context(shared)
        settings = TrinoSettings(url=service.url, spooling=False)
        self._connection = Connection(settings, PlainSecrets())
        self._session: Any = None
        self._asked: tuple[Any, ...] | None = None
        for name in _CATALOGS:
            self._run(f"CREATE CATALOG IF NOT EXISTS {name} USING {name}", self._client({}))

    def close(self) -> None:
        """Stop the server."""
        self._stack.close()

    def answer(self, request: Answer) -> Answer:
        """One request's answer; raises the mesh's own errors."""
        if request.get("new_session"):
            self._empty_memory()
        asked = tuple(request.get(key) for key in ("catalog", "schema", "zone"))
        if request.get("new_session") or asked != self._asked:
            self._asked, self._session = asked, self._client(request)
        statement, rows = self._run(request["sql"], self._session)
        columns = [column_of(column) for column in statement.columns or ()]
        if statement.update:
            return {"columns": [], "rows": [], "update_count": statement.count}
        return {
            "columns": [{"name": one.name, "type": str(one.type)} for one in columns],
            "rows": [row for batch in rows for row in _rows(batch, columns)],
        }

    def _empty_memory(self) -> None:
        # A catalog that is made again exactly as it was is the old one, tables and all.
        size = time_ns() // 1_000_000 % 100_000_000
        self._run("DROP CATALOG IF EXISTS memory", self._client({}))
        self._run(
            "CREATE CATALOG memory USING memory "
            f"WITH (\"memory.max-data-per-node\" = '{128 * 2**20 + size}B')",
            self._client({}),
        )

    def _client(self, request: Answer) -> Any:  # noqa: ANN401 - the client's own session
        from trino.client import ClientSession

        return ClientSession(
            user="ana",
            catalog=request.get("catalog") or None,
            schema=request.get("schema") or None,
            timezone=request.get("zone") or "UTC",
            transaction_id="NONE",
            encoding="",
        )

    def _run(self, sql: str, client: Any) -> tuple[RemoteStatement, list[Any]]:  # noqa: ANN401
        sender = self._connection.sender(client)
        statement = RemoteStatement(sender, self._connection.url).start(sql)
        rows = list(statement.rows)
        statement.finish()
        return statement, rows


def _rows(batch: Any, columns: list[Column]) -> list[list[Any]]:  # noqa: ANN401 - Arrow's
    """A batch's rows as the protocol writes them."""
    cells = [_cells(array, one.type) for array, one in zip(batch.columns, columns, strict=True)]
    return [list(row) for row in zip(*cells, strict=True)]


def _cells(array: Any, kind: TrinoType) -> list[Any]:  # noqa: ANN401 - Arrow's
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        # Python's own moments end at microseconds; Arrow writes all nine digits.
        zone = f" {array.type.tz}" if array.type.tz else ""
        cut = 20 + (kind.numbers or (3,))[0]
        texts = pc.strftime(array, format="%Y-%m-%d %H:%M:%S").to_pylist()
        return [None if text is None else text[:cut] + zone for text in texts]
    if pa.types.is_date(array.type):
        # Years beyond four digits are none of Python's.
        days = array.to_numpy(zero_copy_only=False)
        return [None if day != day else str(day) for day in days]
    values = python_values(array, kind)
    # What has no type of its own, or is finer than nanoseconds, comes as text.
    return [v if isinstance(v, str) else spelled(v, kind) for v in values]
