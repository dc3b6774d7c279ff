"""The engine's DuckDBs: one for statements, shut off; one for landing, open to users' files."""

from __future__ import annotations

from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

from jupyter_mesh.engines.connection import ICEBERG, connect, literal, shut
from jupyter_mesh.errors import ConfigError
from jupyter_mesh.model.names import quote
from jupyter_mesh.sql import embedded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from jupyter_mesh.engines.sources import Source
    from jupyter_mesh.protocols import Catalog, Secrets
    from jupyter_mesh.settings import EmbeddedSettings, StorageSettings


class Database:
    """Hands out connections; opens what they stand on when it is first needed.

    A statement's connection reaches the warehouses and the folders of the sources, nothing
    else: neither another file nor an address, whatever text it is given. PostgreSQL is the
    exception: DuckDB attaches it only while it is open to the outside, so a mesh with such a
    catalog relies on the translation alone.

    Lakes that are not `near` are kept by others, who say where the files are: they are asked
    for it when a statement wants them, so that one that is away disturbs no other.
    """

    def __init__(
        self,
        settings: EmbeddedSettings,
        lakes: Mapping[str, Catalog],
        near: Collection[str],
        sources: Mapping[str, Source],
        secrets: Secrets,
        scratch: Path,
    ) -> None:
        self._settings = settings
        self._lakes = lakes
        self._sources = sources
        self._secrets = secrets
        self._scratch = scratch
        self._lock = Lock()
        self._reached = frozenset(near)
        self._landed: frozenset[str] = frozenset()
        self._outgrown: list[DuckDBPyConnection] = []
        self._statements: DuckDBPyConnection | None = None
        self._landing: DuckDBPyConnection | None = None
        self._is_closed = False

    @property
    def said(self) -> str:
        """Which database answers, and within which limits."""
        threads = self._settings.threads or "all"
        limits = f"up to {self._settings.memory}, {threads} threads"
        return f"DuckDB {version('duckdb')} in this process, {limits}"

    def connection(self, catalogs: Collection[str] = ()) -> DuckDBPyConnection:
        """A connection for one statement over these catalogs and all that are near."""
        with self._lock:
            reached = self._reached | self._lakes.keys() & set(catalogs)
            if self._statements is None or reached != self._reached:
                opened = self._opened(reached)
                if self._statements is not None:
                    # Somebody may still be reading from it.
                    self._outgrown.append(self._statements)
                self._statements, self._reached = opened, reached
            return self._statements.cursor()

    def landing(self, lake: str) -> DuckDBPyConnection:
        """A connection that may read any file: for what a user hands in, never for SQL."""
        with self._lock:
            if self._landing is None:
                self._check_open()
                self._landing = connect(self._settings, self._scratch, self._for_lakes())
            if new := self._lakes.keys() & {lake} - self._landed:
                self._add_storage(self._landing, new)
                self._landed |= new
            return self._landing.cursor()

    def close(self) -> None:
        """Let go of both; an answer on its way can still be read to its end."""
        with self._lock:
            self._is_closed = True
            for connection in (*self._outgrown, self._statements, self._landing):
                if connection is not None:
                    connection.close()
            self._statements = self._landing = None

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConfigError("The engine is closed.", remedy="Open the mesh again.")

    def _opened(self, reached: Collection[str]) -> DuckDBPyConnection:
        self._check_open()
        wanted = {source.extension for source in self._sources.values() if source.extension}
        connection = connect(
            self._settings, self._scratch, (*self._for_lakes(), *sorted(wanted))
        )
        self._add_storage(connection, reached)
        # Not temporary, so that it is done once and not again for each connection.
        connection.execute(embedded.MACROS.replace(" TEMP MACRO ", " MACRO "))
        if "postgres_scanner" not in wanted:
            shut(connection, self._folders(reached))
        return connection

    def _for_lakes(self) -> tuple[str, ...]:
        return ICEBERG if self._lakes else ()

    def _folders(self, reached: Collection[str]) -> list[str]:
        roots = [self._lakes[name].warehouse for name in sorted(reached)]
        roots += [source.folder for source in self._sources.values() if source.folder]
        folders = [f"{root.rstrip('/')}/" for root in roots]
        # DuckDB looks at paths with and without their scheme.
        return folders + [
            folder.removeprefix("file://") for folder in folders if folder.startswith("file://")
        ]

    def _add_storage(self, connection: DuckDBPyConnection, reached: Collection[str]) -> None:
        """Open the object stores of the warehouses, each for its own addresses."""
        for name in sorted(reached):
            lake = self._lakes[name]
            if lake.warehouse.startswith("s3://"):
                options = _s3_options(lake.records.storage, self._secrets)
                connection.execute(
                    f"CREATE TEMPORARY SECRET {quote(f'lake_{name}')} "
                    f"(TYPE s3, SCOPE {literal(lake.warehouse.rstrip('/') + '/')}, {options})"
                )


def _s3_options(storage: StorageSettings, secrets: Secrets) -> str:
    scheme, _, host = storage.endpoint.rpartition("://")
    options = {
        "KEY_ID": secrets.resolve(storage.access_key) if storage.access_key else "",
        "SECRET": secrets.resolve(storage.secret_key) if storage.secret_key else "",
        "REGION": storage.region,
        "ENDPOINT": host,
        "URL_STYLE": "path" if storage.path_style else "vhost",
    }
    texts = [f"{key} {literal(value)}" for key, value in options.items() if value]
    return ", ".join([*texts, f"USE_SSL {'false' if scheme == 'http' else 'true'}"])
