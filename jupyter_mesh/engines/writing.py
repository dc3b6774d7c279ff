"""Writing through the gateway: a branch attached to DuckDB, and a table's rows replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.errors import ConflictError, MeshError, QueryError, StorageError
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.model.tables import Endpoint

# How DuckDB's iceberg extension spells the gateway's answers: `... status code (Conflict_409)`.
_STATUS = re.compile(r"\(\w+_(\d{3})\)|returned HTTP (\d{3})\b")


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
        status = _status_of(error)
        reason = f"it answered {status}" if status else type(error).__name__
        # The cause is left out on purpose: its text may quote the statement and the token.
        raise StorageError(
            f"The branch {endpoint.warehouse} cannot be opened for writing: {reason}.",
            remedy="Is the branch still open? Start the run again if it was abandoned.",
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
) -> int:
    """Fill a table, prepared and empty, with the rows of a query; returns how many.

    `source` is a SELECT in DuckDB's dialect that serves `columns` by name. Rows stream to
    files as they come; the table changes when the last one is written, or not at all.
    Raises ConflictError when somebody else changed the table meanwhile.
    """
    names = ", ".join(quote(column.name) for column in columns)
    target = f"{quote(alias)}.{quote(table.schema)}.{quote(table.table)}"
    try:
        answer = connection.execute(
            f"INSERT INTO {target} BY NAME SELECT {names} FROM ({source})"
        ).fetchone()
    except duckdb.Error as error:
        raise failure(error, str(table)) from error
    return int(answer[0]) if answer else 0


def failure(error: duckdb.Error, subject: str) -> MeshError:
    """What a failed write means to a user: a conflict, a broken store, or a refused value."""
    status = _status_of(error)
    if status == 409:
        return ConflictError(
            f"{subject} was changed by somebody else meanwhile; nothing was written.",
            remedy="Run it again: it will start from the new state.",
        )
    if status or isinstance(error, duckdb.IOException):
        return StorageError(
            f"{subject} could not be written: {_first_line(error)}",
            remedy="Nothing was changed. Check the disk and the catalog database, then repeat.",
        )
    return QueryError(f"{subject} could not be written: {_first_line(error)}")


def _status_of(error: duckdb.Error) -> int:
    """The HTTP status the gateway answered with, 0 when it was not the gateway."""
    match = _STATUS.search(str(error))
    return int(match[1] or match[2]) if match else 0


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().split("\n", 1)[0]
