"""Sources: catalogs that are only read: a SQLite file, a PostgreSQL database, a folder."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import duckdb

from jupyter_mesh.engines.connection import literal
from jupyter_mesh.engines.faults import explained
from jupyter_mesh.engines.folder import FolderSource
from jupyter_mesh.engines.kinds import relation
from jupyter_mesh.engines.states import digest
from jupyter_mesh.errors import ConfigError, StorageError
from jupyter_mesh.model.names import quote
from jupyter_mesh.model.types import TrinoType
from jupyter_mesh.settings import FilesSettings, PostgresqlSettings, SqliteSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import CatalogSettings
    from jupyter_mesh.sql.embedded import Relation

_NAMES = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)
# What each column is to PostgreSQL: its kind of type (b for a base type), name and modifier.
_TYPES = (
    "SELECT attname, typtype::text AS sort, typname::text AS kind, atttypmod::bigint AS length "
    "FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid WHERE attnum > 0 AND attrelid = "
)
# What DuckDB tells as Trino does. Of other types it makes text, which Trino leaves out.
_ALIKE = {"bool", "int2", "int4", "int8", "float4", "float8", "text", "name", "bytea", "date"}
_ALIKE |= {"uuid"}
_MOMENTS = {"time": "time({})", "timestamp": "timestamp({})"}
_MOMENTS |= {"timestamptz": "timestamp({}) with time zone"}
# PostgreSQL adds four to a length, and 65536 per digit to a scale.
_HEADER, _DIGIT = 4, 65536
_LONGEST_CHAR, _DIGITS = 65536, 38


class Source(Protocol):
    """One attached catalog, opened when it is first asked."""

    extension: str
    """The DuckDB extension that reads it, if any."""
    folder: str
    """The folder whose files it reads through DuckDB, if any."""

    def schemas(self, connection: duckdb.DuckDBPyConnection) -> Sequence[str]:
        """Its schemas, sorted."""
        ...

    def tables(self, connection: duckdb.DuckDBPyConnection, schema: str) -> Sequence[str]:
        """The tables of a schema, sorted; none for an unknown schema."""
        ...

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> Relation:
        """An existing table as DuckDB reads it."""
        ...

    def digest(self, schema: str, table: str) -> str:
        """What the table's bytes are just now; empty where nobody can tell."""
        ...


def source(name: str, settings: CatalogSettings, secrets: Secrets) -> Source:
    """The source that the settings of a catalog describe."""
    match settings:
        case SqliteSettings():
            return SqliteSource(name, settings)
        case PostgresqlSettings():
            return PostgresqlSource(name, settings, secrets)
        case FilesSettings():
            return FolderSource(name, Path(settings.path))
    raise ConfigError(f"The catalog {name} cannot be attached.", remedy="It is an Iceberg one.")


class _Attached(ABC):
    """What SQLite and PostgreSQL share: tables of a database attached to DuckDB."""

    def __init__(self, name: str) -> None:
        self.name = name
        # Not the catalog's own name: DuckDB keeps memory, system and temp for itself.
        self.alias = f"source_{name}"
        self._is_open = False
        self._lock = Lock()

    @abstractmethod
    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Attach the database to DuckDB, under the alias."""

    def _open(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            if not self._is_open:
                self._attach(connection)
                self._is_open = True

    def schemas(self, connection: duckdb.DuckDBPyConnection) -> Sequence[str]:
        """The schemas with tables of the user's, sorted."""
        self._open(connection)
        rows = connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? "
            "AND schema_name <> 'information_schema' AND NOT starts_with(schema_name, 'pg_') "
            "ORDER BY 1",
            [self.alias],
        ).fetchall()
        return [row[0] for row in rows]

    def tables(self, connection: duckdb.DuckDBPyConnection, schema: str) -> Sequence[str]:
        """Tables and views, sorted."""
        self._open(connection)
        rows = connection.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_catalog = ? AND table_schema = ? ORDER BY 1",
            [self.alias, schema],
        ).fetchall()
        return [row[0] for row in rows]

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> Relation:
        """A table of the attached database."""
        self._open(connection)
        return relation(connection, ".".join(map(quote, (self.alias, schema, table))))


class SqliteSource(_Attached):
    """One SQLite file, read only; its tables stand in the schema `main`."""

    extension = "sqlite_scanner"
    folder = ""

    def __init__(self, name: str, settings: SqliteSettings) -> None:
        super().__init__(name)
        self._path = Path(settings.path)
        # A hundred thousand tables are listed page by page, and read once.
        self._names: tuple[tuple[object, ...], list[str]] = ((), [])

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self._path.is_file():
            raise StorageError(
                f"The catalog {self.name} has no file {self._path}.",
                remedy=f"Put it there, or correct catalogs: {self.name}: path: in mesh.yaml.",
            )
        try:
            connection.execute(
                f"ATTACH {literal(str(self._path))} AS {quote(self.alias)} "
                "(TYPE sqlite, READ_ONLY)"
            )
        except duckdb.Error as error:
            raise self._unreadable(explained(error).message) from error
        try:
            # What is no database is noticed only when its tables are listed.
            self._listed()
        except StorageError:
            connection.execute(f"DETACH DATABASE IF EXISTS {quote(self.alias)}")
            raise

    def tables(self, connection: duckdb.DuckDBPyConnection, schema: str) -> Sequence[str]:
        """Tables and views, sorted, as the file itself lists them.

        DuckDB would look at the columns of each, which takes minutes where there are many.
        """
        self._open(connection)
        return self._listed() if schema == "main" else ()

    def _listed(self) -> list[str]:
        try:
            mark = self._mark()
            if mark != self._names[0]:
                place = f"{self._path.absolute().as_uri()}?mode=ro"
                with closing(sqlite3.connect(place, uri=True, timeout=30)) as file:
                    rows = file.execute(_NAMES).fetchall()
                self._names = mark, [row[0] for row in rows]
        except (sqlite3.Error, OSError) as error:
            raise self._unreadable(str(error)) from error
        return self._names[1]

    def _mark(self) -> tuple[object, ...]:
        """What changes with every commit: SQLite's own counter, or its log's end."""
        with self._path.open("rb") as file:
            counter = file.read(100)[24:28]
        log = self._path.with_name(f"{self._path.name}-wal")
        state = log.stat() if log.is_file() else None
        return (counter, state and (state.st_mtime_ns, state.st_size))

    def _unreadable(self, why: str) -> StorageError:
        return StorageError(
            f"{self._path.name} of the catalog {self.name} is not a readable SQLite file: {why}"
        )

    def digest(self, schema: str, table: str) -> str:  # noqa: ARG002 - one file for all
        """What the file's bytes are."""
        return digest([self._path])


class PostgresqlSource(_Attached):
    """One PostgreSQL database, read only; its password is seen by nobody."""

    extension = "postgres_scanner"
    folder = ""

    def __init__(self, name: str, settings: PostgresqlSettings, secrets: Secrets) -> None:
        super().__init__(name)
        self._settings = settings
        self._secrets = secrets

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        settings = self._settings
        values = {
            "HOST": settings.host,
            "PORT": str(settings.port),
            "DATABASE": settings.database,
            "USER": settings.user,
        }
        if settings.password:
            values["PASSWORD"] = self._secrets.resolve(settings.password)
        options = ", ".join(f"{key} {literal(value)}" for key, value in values.items())
        secret = quote(self.alias)
        try:
            connection.execute(
                f"CREATE OR REPLACE TEMPORARY SECRET {secret} (TYPE postgres, {options})"
            )
            connection.execute(
                f"ATTACH '' AS {secret} (TYPE postgres, SECRET {secret}, READ_ONLY)"
            )
        except duckdb.Error:
            # Without its cause: DuckDB's text quotes the whole connection, password and all.
            raise StorageError(
                f"The catalog {self.name} cannot be opened: PostgreSQL at {settings.host}:"
                f"{settings.port}, database {settings.database}, user {settings.user}.",
                remedy="Is the server up, and are user and password right?",
            ) from None

    def relation(
        self, connection: duckdb.DuckDBPyConnection, schema: str, table: str
    ) -> Relation:
        """A table of the database, with PostgreSQL's types as Trino tells them."""
        self._open(connection)
        place = literal(f"{quote(schema)}.{quote(table)}")
        found = connection.execute(
            "SELECT attname, sort, kind, length FROM postgres_query(?, ?)",
            [self.alias, f"{_TYPES}{place}::regclass"],
        ).fetchall()
        retyped = {
            name: _retyped(kind, modifier)
            for name, sort, kind, modifier in found
            if sort == "b" and kind.removeprefix("_") not in _ALIKE
        }
        return relation(connection, ".".join(map(quote, (self.alias, schema, table))), retyped)

    def digest(self, schema: str, table: str) -> str:  # noqa: ARG002 - a database moves on
        """Nobody can tell."""
        return ""


def _retyped(kind: str, modifier: int) -> TrinoType | None:
    """The type that Trino's connector gives a column; None for one that it leaves out.

    https://trino.io/docs/current/connector/postgresql.html#type-mapping
    """
    if kind.startswith("_"):
        item = _retyped(kind[1:], modifier)
        return item and TrinoType("array", (), (item,))
    length = modifier - _HEADER
    match kind:
        case "json" | "jsonb":
            return TrinoType("json")
        case "numeric" if modifier >= 0:
            return _decimal(*divmod(length, _DIGIT))
        case "varchar" if modifier >= 0:
            return TrinoType("varchar", (length,))
        case "bpchar" if modifier >= 0 and length <= _LONGEST_CHAR:
            return TrinoType("char", (length,))
        case "varchar" | "bpchar":
            return TrinoType("varchar")
        case "time" | "timestamp" | "timestamptz":
            return TrinoType.parse(_MOMENTS[kind].format(modifier if modifier >= 0 else 6))
    return None


def _decimal(precision: int, scale: int) -> TrinoType | None:
    """The decimal of so many digits; None where Trino has none as long, or as odd."""
    is_known = precision <= _DIGITS and scale <= precision
    return TrinoType("decimal", (precision, scale)) if is_known else None
