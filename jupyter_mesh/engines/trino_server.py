"""The catalogs of a Trino server: the mesh's own, those of branches, and others'."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines import trino_catalogs
from jupyter_mesh.engines.trino_statement import RemoteStatement
from jupyter_mesh.errors import (
    AccessDenied,
    ConfigError,
    EngineUnavailable,
    MeshError,
    QueryError,
    StorageError,
)
from jupyter_mesh.model.names import HIDDEN, quote
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session
from jupyter_mesh.settings import RestSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_mesh.engines.trino_connection import Connection
    from jupyter_mesh.model.names import TableName
    from jupyter_mesh.protocols import Catalog
    from jupyter_mesh.settings import CatalogSettings, TrinoSettings

_MISSING = (
    "Give it the files that mesh trino config writes, or say what it calls the catalog: "
    "catalogs: under the engine in mesh.yaml."
)
_UNSET = (
    "Set that variable where the server is started. The mesh's own learns its secrets when it "
    "starts: mesh stack down trino, mesh stack up trino."
)
# Seconds for which a change waits for another one of the same table on the same branch.
_WAIT = 600.0
_ITSELF = Session(Actor("mesh"))


class Server:
    """One server's catalogs, made where the mesh's are missing; safe in threads."""

    def __init__(
        self,
        connection: Connection,
        settings: TrinoSettings,
        catalogs: Mapping[str, CatalogSettings],
        lakes: Mapping[str, Catalog],
    ) -> None:
        self.connection = connection
        self._lakes = lakes
        self._settings = settings
        self._known = {
            name: one for name, one in catalogs.items() if trino_catalogs.is_known(one)
        }
        self._mark = sha256(repr(sorted(self._known.items())).encode()).hexdigest()[:6]
        self._lock = Lock()
        self._there: set[str] | None = None
        self._is_fixed = False

    def name_of(self, catalog: str) -> str:
        """What the server calls a catalog of the mesh."""
        return self._settings.catalogs.get(catalog, catalog)

    def rows(self, sql: str, session: Session = _ITSELF) -> list[tuple[Any, ...]]:
        """The rows of a small statement of our own."""
        statement = self.statement(session).start(sql)
        rows = [row for batch in statement.rows for row in zip(*_lists(batch), strict=True)]
        statement.finish()
        return rows

    def statement(self, session: Session, catalog: str = "") -> RemoteStatement:
        """A statement of our own, on its way."""
        request = self.connection.request(session, catalog, {})
        return RemoteStatement(request, self.connection.url)

    def catalogs(self) -> set[str]:
        """The server's catalogs, those of the mesh made first where they are missing."""
        with self._lock:
            if self._there is None:
                there = {row[0] for row in self.rows("SHOW CATALOGS")}
                for name in self._known:
                    if self.name_of(name) not in there:
                        # One that is ill stops no other: whoever asks for it is told.
                        with suppress(ConfigError):
                            self._make(self.name_of(name), self._properties(name))
                            there.add(self.name_of(name))
                self._there = there
            return {name for name in self._there if not name.startswith(HIDDEN)}

    def of_branch(self, catalog: str, branch: str) -> str:
        """The server's name for a catalog as a branch sees it, made when it is not yet there.

        Raises ConfigError with the server's reason where it cannot be made.
        """
        self.catalogs()
        name = self._hidden(branch) if branch else self.name_of(catalog)
        if not branch and catalog not in self._known:
            return name
        with self._lock:
            if self._there is not None and name not in self._there:
                if branch:
                    settings = self._lakes[catalog].records
                    found = trino_catalogs.properties(catalog, settings, branch)
                else:
                    found = self._properties(catalog)
                self._make(name, found)
                self._there.add(name)
        return name

    def place(self, table: TableName, branch: str) -> TableName:
        """What the server calls a table as a branch sees it.

        Where its catalogs are fixed, the branch's table is lent to main in a hidden schema.
        """
        if branch and not self._is_fixed:
            try:
                return replace(table, catalog=self.of_branch(table.catalog, branch))
            except ConfigError as error:
                if not _is_refusal(error.__cause__):
                    raise
                self._is_fixed = True
        if not branch:
            return replace(table, catalog=self.of_branch(table.catalog, ""))
        (lent,) = self._lakes[table.catalog].lend(branch, [table])
        return replace(lent, catalog=self.of_branch(table.catalog, ""))

    @contextmanager
    def taking_back(self, table: TableName | None, session: Session) -> Iterator[None]:
        """While a statement changes a table of a branch; what it did is the branch's after it.

        Where the server has a catalog for the branch, it does that by itself.
        """
        branch = session.branch
        if table is None or not branch or not self.is_fixed(table, branch):
            yield
            return
        lake = self._lakes[table.catalog]
        with lake.lease(f"lent {branch} {table}", session.actor.user, _WAIT):
            yield
            lake.lend(branch, [table])

    def is_fixed(self, table: TableName, branch: str) -> bool:
        """Whether branches are hidden schemas there; asked of it once."""
        self.place(table, branch)
        return self._is_fixed

    def faults(self) -> Iterator[tuple[str, MeshError]]:
        """The catalogs that cannot be made or do not answer on the server, and why."""
        for name in sorted(self._known.keys() | self.others()):
            try:
                place = quote(self.of_branch(name, ""))
                self.rows(f"SHOW SCHEMAS FROM {place} LIKE 'information_schema'")
            except EngineUnavailable:
                raise
            except MeshError as error:
                yield name, error

    def others(self) -> set[str]:
        """Catalogs that only the server has."""
        return self.catalogs() - set(map(self.name_of, self._known)) - {"system"}

    def has_lost(self) -> bool:
        """Whether catalogs are gone that were there; they are made anew when asked for."""
        there = {row[0] for row in self.rows("SHOW CATALOGS")}
        with self._lock:
            is_less = not there.issuperset(self._there or ())
            if is_less:
                self._there = None
        return is_less

    def forget(self, branch: str) -> None:
        """Let the server forget a branch; harmless when it never knew it, or is away."""
        name = self._hidden(branch)
        if name not in (self._there or ()):
            return
        try:
            self.rows(f"DROP CATALOG IF EXISTS {quote(name)}")
        except EngineUnavailable:
            # It stays among those that are tidied away; what was done is done all the same.
            return
        with self._lock:
            self._there = self._there and self._there - {name}

    def tidy(self, branches: set[str]) -> None:
        """Drop the catalogs of branches that are no longer among these open ones."""
        kept = {self._hidden(branch) for branch in branches}
        with self._lock:
            gone = [
                name
                for name in self._there or ()
                if name.startswith(f"{HIDDEN}{self._mark}_") and name not in kept
            ]
            for name in gone:
                self.rows(f"DROP CATALOG IF EXISTS {quote(name)}")
            self._there = self._there and self._there.difference(gone)

    def reread(self) -> None:
        """Look again next time: the server may be another one by now."""
        with self._lock:
            self._there = None

    def _properties(self, catalog: str) -> dict[str, str]:
        settings = self._known[catalog]
        if isinstance(settings, RestSettings):
            # Others say where its files are.
            place = self._lakes[catalog].warehouse
            return trino_catalogs.kept_by_others(catalog, settings, place)
        return trino_catalogs.properties(catalog, settings)

    def _hidden(self, branch: str) -> str:
        """What the server calls the catalog of a branch; of several meshes, each its own."""
        return f"{HIDDEN}{self._mark}_" + re.sub(r"[^a-z0-9_]", "_", branch.lower())

    def _make(self, name: str, properties: Mapping[str, str]) -> None:
        rest = {key: value for key, value in properties.items() if key != "connector.name"}
        listed = ", ".join(f"{quote(key)} = {_text(value)}" for key, value in rest.items())
        sql = (
            f"CREATE CATALOG IF NOT EXISTS {quote(name)} "
            f"USING {properties['connector.name']} WITH ({listed})"
        )
        try:
            self.rows(sql)
        except (QueryError, StorageError, AccessDenied) as error:
            raise ConfigError(
                f"The Trino server at {self.connection.url} has no catalog {name}, and none "
                f"could be made: {error.message}",
                remedy=_UNSET if "Environment variable" in error.message else _MISSING,
            ) from error


def _is_refusal(error: BaseException | None) -> bool:
    """Whether the server makes no catalogs at all."""
    return getattr(error.__cause__ if error else None, "error_name", "") == "NOT_SUPPORTED"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _lists(batch: Any) -> list[list[Any]]:  # noqa: ANN401 - an Arrow batch
    return [column.to_pylist() for column in batch.columns]
