"""The catalog database: SQLite or PostgreSQL, its connections, transactions and failures."""

from __future__ import annotations

import os
import threading
import time
import weakref
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.failures import explained
from jupyter_mesh.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine

    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import IcebergSettings

_BUSY_SECONDS = 30
# An arbitrary number of our own: whoever holds it is making the tables.
_MAKING = 7_236_150_401


class Database:
    """Opens the database on first use, makes its tables there, and hands out transactions.

    Every database error leaves it as a StorageError or a ConflictError with a remedy.
    """

    def __init__(self, settings: IcebergSettings, secrets: Secrets) -> None:
        self._password = settings.password
        self._secrets = secrets
        self.url = _address(settings.uri)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        _forget_in_children(self)

    @property
    def place(self) -> str:
        """Where it is, for people: a path, or an address without a password."""
        if self.is_sqlite:
            return str(self.url.database)
        return self.url.set(drivername="postgresql", query={}).render_as_string()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which every statement sees the newest committed state."""
        with self._told(), self._opened().connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction: all of it at the end of the block, or nothing when it raises.

        One that is not durable may be forgotten in a power cut, never torn.
        """
        with self._told(), self._opened().connect() as connection:
            connection = connection.execution_options(mesh_begin=durable)
            with connection.begin():
                yield connection

    def now(self, connection: Connection) -> datetime:
        """The time that all users of the database share."""
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def close(self) -> None:
        """Let go of every connection; a later use opens anew."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def forget(self) -> None:
        """Leave the connections to the process that opened them."""
        self._lock = threading.Lock()
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose(close=False)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise explained(error, self.place) from error
        except PoolTimeout as error:
            raise StorageError(
                f"Too many statements wait for the catalog database {self.place}.",
                remedy="Try again when fewer run at once.",
            ) from error

    def _opened(self) -> Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    engine = self._made()
                    try:
                        self._prepare(engine)
                    except BaseException:
                        engine.dispose()
                        raise
                    self._engine = engine
        return self._engine

    def _made(self) -> Engine:
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                hide_parameters=True,
                # No implicit transactions: ours begin with the lock they need.
                connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
            )
        else:
            engine = create_engine(
                self.url,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": 10,
                    "application_name": "jupyter-mesh",
                    "options": f"-c lock_timeout={_BUSY_SECONDS}s -c timezone=UTC",
                },
            )
            event.listen(engine, "do_connect", self._give_password)
        event.listen(engine, "begin", _begin_sqlite if self.is_sqlite else _begin_postgresql)
        return engine

    def _give_password(
        self,
        _dialect: object,
        _record: object,
        _arguments: object,
        parameters: dict[str, Any],
    ) -> None:
        # Here and not in the address, which may show up in a log.
        if self._password:
            parameters["password"] = self._secrets.resolve(self._password)

    def _prepare(self, engine: Engine) -> None:
        """Make the tables unless they are there."""
        if self.is_sqlite:
            self._make_folder()
        with engine.connect() as connection:
            if not inspect(connection).has_table(rows.LAYOUT.name):
                if self.is_sqlite:
                    _write_ahead(connection)
                connection.rollback()
                self._make_tables(connection)
            found = connection.execute(select(rows.LAYOUT.c.version)).scalar_one()
            if found < rows.VERSION:
                connection.rollback()
                self._make_tables(connection)
        if found > rows.VERSION:
            raise ConfigError(
                f"The catalog database {self.place} was made by a newer jupyter-mesh.",
                remedy="Upgrade: pip install -U jupyter-mesh.",
            )

    def _make_folder(self) -> None:
        folder = Path(str(self.url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The folder {folder} cannot be made: {error.strerror}.",
                remedy="Make it, or name another place for the catalog in mesh.yaml.",
            ) from error

    def _make_tables(self, connection: Connection) -> None:
        connection = connection.execution_options(mesh_begin=True)
        with connection.begin():
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING})"))
            inspector = inspect(connection)
            standard = rows.ICEBERG_TABLES
            if inspector.has_table(standard.name) and not any(
                column["name"] == "iceberg_type"
                for column in inspector.get_columns(standard.name)
            ):
                # A catalog of schema version V0, as older clients made it.
                connection.execute(
                    text("ALTER TABLE iceberg_tables ADD COLUMN iceberg_type VARCHAR(5)")
                )
            rows.METADATA.create_all(connection)
            # Every step of the layout so far only added tables, so making them is the upgrade.
            found = connection.execute(select(rows.LAYOUT.c.version)).scalar()
            if found is None:
                connection.execute(rows.LAYOUT.insert().values(version=rows.VERSION))
            elif found < rows.VERSION:
                connection.execute(rows.LAYOUT.update().values(version=rows.VERSION))


def _address(uri: str) -> URL:
    try:
        url = make_url(uri)
    except ArgumentError as error:
        raise ConfigError(
            "The catalog's uri is not an address of a database.",
            remedy="Write sqlite:////folder/catalog.db or postgresql://user@host/database.",
        ) from error
    if url.password:
        raise ConfigError(
            "The catalog's uri holds a password.",
            remedy="Take it out and add password: ${env:NAME} beside the uri.",
        )
    if url.get_backend_name() == "sqlite":
        if not url.database or ":memory:" in url.database:
            raise ConfigError(
                "The catalog needs a file.", remedy="Write uri: sqlite:////folder/catalog.db."
            )
        return url.set(drivername="sqlite+pysqlite")
    if url.get_backend_name() == "postgresql":
        # Made anew, for an empty password would otherwise be shown as a hidden one.
        return URL.create(
            "postgresql+psycopg",
            url.username,
            None,
            url.host,
            url.port,
            url.database,
            url.query,
        )
    raise ConfigError(
        f"A catalog cannot be kept in {url.get_backend_name()}.",
        remedy="Use SQLite (sqlite:////folder/catalog.db) or PostgreSQL.",
    )


def _begin_sqlite(connection: Connection) -> None:
    durable = connection.get_execution_options().get("mesh_begin")
    if durable is None:
        return
    # FULL waits for the disk at each commit, NORMAL at checkpoints; neither can tear.
    level = "FULL" if durable else "NORMAL"
    connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    # The write lock is taken at once: two readers that both want to write would deadlock.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("mesh_begin") is False:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _write_ahead(connection: Connection) -> None:
    """Turn on write-ahead logging, so that readers and a writer do not wait for each other.

    SQLite does not wait here when another process is doing the same, so we do.
    """
    patience = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except DBAPIError as error:
            busy = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
            if not busy or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _forget_in_children(database: Database) -> None:
    """A forked child must not speak on its parent's connections."""
    reference = weakref.ref(database)

    def forget() -> None:
        found = reference()
        if found is not None:
            found.forget()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
