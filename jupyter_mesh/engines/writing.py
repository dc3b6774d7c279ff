"""Writing through the gateway: a branch attached to DuckDB, and a table's rows replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.errors import StorageError
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Endpoint


def attach(connection: duckdb.DuckDBPyConnection, endpoint: Endpoint, alias: str) -> None:
    """Make a branch's tables writable as `alias.schema.table`; harmless when repeated.

    The token goes into a temporary secret that only this attachment uses. Raises
    StorageError, without the token, when the gateway does not answer.
    """
    if is_attached(connection, alias):
        return
    secret = quote(f"gateway_{alias}")
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMPORARY SECRET {secret} "
            f"(TYPE iceberg, TOKEN {literal(endpoint.token)})"
        )
        connection.execute(
            f"ATTACH {literal(endpoint.warehouse)} AS {quote(alias)} (TYPE iceberg, "
            f"ENDPOINT {literal(endpoint.uri)}, SECRET {secret}, "
            # Object stores are opened by the connection's own secrets, not by vended ones.
            "ACCESS_DELEGATION_MODE 'none')"
        )
    except duckdb.Error as error:
        # DuckDB's text may quote the statement and with it the token: none of it is passed on.
        missing = "NotFound_404" in str(error)
        raise StorageError(
            f"{endpoint.warehouse} cannot be opened for writing: "
            + ("there is no such branch." if missing else "the gateway did not answer."),
            remedy="A branch that was abandoned or published is closed; run it again.",
        ) from None


def detach(connection: duckdb.DuckDBPyConnection, alias: str) -> None:
    """Forget an attached branch and its secret; harmless when it is not attached."""
    connection.execute(f"DETACH DATABASE IF EXISTS {quote(alias)}")
    connection.execute(f"DROP TEMPORARY SECRET IF EXISTS {quote(f'gateway_{alias}')}")


def is_attached(connection: duckdb.DuckDBPyConnection, alias: str) -> bool:
    """Whether something is attached under that name."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [alias]
    ).fetchone()
    return found is not None


def replace(
    connection: duckdb.DuckDBPyConnection,
    alias: str,
    table: TableName,
    source: str,
    columns: Sequence[Column],
    parameters: Sequence[Any] = (),
) -> int:
    """Fill a table, prepared and empty, with the rows of a query; returns how many.

    `source` is a query in DuckDB's dialect that serves `columns` by name; `parameters` are its
    values. Rows stream to files as they come; the table changes when the last one is written,
    or not at all. Raises ConflictError when somebody else changed the table meanwhile.
    """
    names = ", ".join(quote(column.name) for column in columns)
    target = f"{quote(alias)}.{quote(table.schema)}.{quote(table.table)}"
    # Names are quoted and the source is ours: nothing a user typed stands here as it is.
    statement = f"INSERT INTO {target} BY NAME SELECT {names} FROM ({source})"  # noqa: S608
    try:
        answer = connection.execute(statement, list(parameters)).fetchone()
    except duckdb.Error as error:
        raise explained(error) from error
    return int(answer[0]) if answer else 0
