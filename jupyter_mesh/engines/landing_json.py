"""Landing json: an array of objects or one object a line, typed by all of its records.

Every key of any record is a column; objects and arrays inside become rows and arrays; moments
are in UTC. A column of several kinds, numbers and text for instance, is a fault at the first
value unlike the rest. Inner values with nothing in common are kept as JSON text.
"""

from __future__ import annotations

import gzip
import json
from typing import IO, TYPE_CHECKING, Any

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.engines.landing_rows import Rows, file_literal, kept_columns
from jupyter_mesh.errors import InputError, LandingError
from jupyter_mesh.formats.arrow import columns_of
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A larger document is not read again as a whole only to name the faulty line.
_READ_AGAIN = 256 * 2**20
_LARGEST_RECORD = 64 * 2**20
_NUMBERS = "('BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'DOUBLE')"


def read_json(connection: duckdb.DuckDBPyConnection, path: Path) -> Rows:
    """The rows of a json or ndjson file, with the types that all of its records have.

    Raises LandingError with row and column for a broken record, a record that is no object,
    a column of mixed kinds, and a file without records.
    """
    compressed = _check_start(path)
    file = (
        f"{file_literal(path)}, maximum_object_size = {_LARGEST_RECORD}, "
        f"compression = '{'gzip' if compressed else 'uncompressed'}'"
    )
    try:
        return _rows(connection, path, file)
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise explained(error) from error
    except duckdb.Error as error:
        raise _first_fault(path, compressed) or LandingError(
            f"{path.name} cannot be read as json: {str(error).splitlines()[0]}",
            file=str(path),
        ) from error
    except LandingError:
        raise
    except InputError as error:
        raise LandingError(
            f"{path.name}: {error.message}", file=str(path), remedy=error.remedy
        ) from error


def _rows(connection: duckdb.DuckDBPyConnection, path: Path, file: str) -> Rows:
    source = f"read_json({file}, sample_size = -1)"
    found = connection.sql(f"FROM {source}")
    mixed = [
        name
        for name, kind in zip(found.columns, found.types, strict=True)
        if str(kind) == "JSON"
    ]
    _check_alike(connection, path, file, mixed)
    values = ", ".join(
        f"CAST({quote(name)} AS {_kept(kind)}) AS {quote(name)}"
        for name, kind in zip(found.columns, found.types, strict=True)
    )
    sql = f"SELECT {values} FROM {source}"  # noqa: S608 - quoted names and paths
    columns = kept_columns(columns_of(connection.sql(f"{sql} LIMIT 0").to_arrow_table().schema))
    renamed = ", ".join(quote(column.name) for column in columns)
    return Rows(f"FROM ({sql}) AS rows({renamed})", columns)


def _kept(kind: Any) -> str:  # noqa: ANN401 - DuckDB's own type of types
    """A type that DuckDB found, as the one that a table keeps, in DuckDB's words."""
    match kind.id:
        case "list":
            return f"{_kept(kind.children[0][1])}[]"
        case "map":
            key, value = (_kept(child) for _name, child in kind.children)
            return f"MAP({key}, {value})"
        case "struct":
            fields = (f"{quote(name)} {_kept(child)}" for name, child in kind.children)
            return f"STRUCT({', '.join(fields)})"
        case "ubigint" | "hugeint" | "uhugeint":
            return "DECIMAL(38, 0)"
    return "VARCHAR" if str(kind) == "JSON" else str(kind)


def _check_alike(
    connection: duckdb.DuckDBPyConnection, path: Path, file: str, names: Iterable[str]
) -> None:
    """Raise at the first value of a column that is of another kind than most of its values."""
    for name in names:
        value = quote(name)
        shapes = connection.execute(
            "SELECT kind, min(row), arg_min(text, row) FROM ("  # noqa: S608 - quoted names
            "SELECT row_number() OVER (), "
            f"CAST({value} AS VARCHAR), CASE WHEN json_type({value}) IN {_NUMBERS} "
            f"THEN 'number' ELSE lower(json_type({value})) END "
            f"FROM read_json({file}, columns = {{{literal(name)}: 'JSON'}})"
            ") AS found(row, text, kind) "
            "WHERE kind <> 'null' GROUP BY kind ORDER BY count(*) DESC, min(row)"
        ).fetchall()
        if len(shapes) > 1:
            _kind, row, text = min(shapes[1:], key=lambda shape: shape[1])
            raise LandingError(
                f"{path.name}, record {row}, key {name}: {text[:40]} is no {shapes[0][0]}, as "
                "most values of the key are.",
                file=str(path),
                row=row,
                column=name,
                remedy="Write values of one kind under one key.",
            )


def _check_start(path: Path) -> bool:
    """Whether the file is compressed; LandingError when it does not begin with an object."""
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    with _opened(path, compressed) as text:
        start = text.read(4096).removeprefix(b"\xef\xbb\xbf").split()
    opening = b"".join(start)[:2]
    if opening == b"[]" or not opening:
        raise LandingError(f"{path.name} holds no records.", file=str(path))
    if not opening.startswith(b"{") and opening != b"[{":
        raise LandingError(
            f"{path.name} does not begin with an object.",
            file=str(path),
            row=1,
            remedy="Write one object a line, or one array of objects.",
        )
    return compressed


def _opened(path: Path, compressed: bool) -> IO[bytes]:
    return gzip.open(path) if compressed else path.open("rb")  # type: ignore[return-value]


def _first_fault(path: Path, compressed: bool) -> LandingError | None:
    """The first line that is no JSON, if the file can be read line by line or is not large."""
    row = 0
    try:
        with _opened(path, compressed) as file:
            for line in file:
                row += 1
                if line.strip():
                    json.loads(line)
    except json.JSONDecodeError as error:
        return _broken(path, row, error.msg) if row > 1 else _fault_in_whole(path, compressed)
    except UnicodeDecodeError:
        return _broken(path, row, "it is not UTF-8")
    return None


def _fault_in_whole(path: Path, compressed: bool) -> LandingError | None:
    if path.stat().st_size > _READ_AGAIN:
        return None
    try:
        with _opened(path, compressed) as file:
            json.loads(file.read())
    except json.JSONDecodeError as error:
        return _broken(path, error.lineno, error.msg)
    except UnicodeDecodeError as error:
        return _broken(path, error.object[: error.start].count(b"\n") + 1, "it is not UTF-8")
    return None


def _broken(path: Path, row: int, reason: str) -> LandingError:
    return LandingError(
        f"{path.name}, line {row}: this is no JSON ({reason}).",
        file=str(path),
        row=row,
        remedy="Mend the line, or fetch the file again if it was cut off.",
    )
