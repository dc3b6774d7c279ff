"""The catalogs of a Trino server: the mesh's own, those of branches, and others'."""

from __future__ import annotations

import re
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from jupyter_mesh.engines import trino_catalogs
from jupyter_mesh.engines.trino_statement import RemoteStatement
from jupyter_mesh.errors import ConfigError, QueryError
from jupyter_mesh.model.names import quote
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.tables import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.engines.trino_connection import Connection
    from jupyter_mesh.settings import CatalogSettings, TrinoSettings

# Catalogs of branches, and nothing else, begin like this.
HIDDEN = "mesh_branch_"
_ITSELF = Session(Actor("mesh"))


class Server:
    """One server's catalogs, made where the mesh's are missing; safe in threads."""

    def __init__(
        self,
        connection: Connection,
        settings: TrinoSettings,
        catalogs: Mapping[str, CatalogSettings],
    ) -> None:
        self.connection = connection
        self._settings = settings
        self._known = {
            name: one for name, one in catalogs.items() if trino_catalogs.is_known(one)
        }
        self._mark = sha256(repr(sorted(self._known.items())).encode()).hexdigest()[:6]
        self._lock = Lock()
        self._there: set[str] | None = None

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
                for name, settings in self._known.items():
                    if self.name_of(name) not in there:
                        self._make(
                            self.name_of(name), trino_catalogs.properties(name, settings)
                        )
                        there.add(self.name_of(name))
                self._there = there
            return {name for name in self._there if not name.startswith(HIDDEN)}

    def of_branch(self, catalog: str, branch: str) -> str:
        """The server's name for a lake as a branch sees it, opened when it is not yet."""
        self.catalogs()
        if not branch:
            return self.name_of(catalog)
        name = self._hidden(branch)
        with self._lock:
            if self._there is not None and name not in self._there:
                settings = self._known[catalog]
                self._make(name, trino_catalogs.properties(catalog, settings, branch))
                self._there.add(name)
        return name

    def forget(self, branch: str) -> None:
        """Let the server forget a branch; harmless when it never knew it."""
        if self._there is not None:
            with self._lock:
                self._there.discard(self._hidden(branch))
            self.rows(f"DROP CATALOG IF EXISTS {quote(self._hidden(branch))}")

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
        except QueryError as error:
            raise ConfigError(
                f"The Trino server at {self.connection.url} has no catalog {name}, and none "
                f"could be made: {error.message}",
                remedy="Give it the files that mesh trino config writes, or say what it calls "
                "the catalog: catalogs: under the engine in mesh.yaml.",
            ) from error


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _lists(batch: Any) -> list[list[Any]]:  # noqa: ANN401 - an Arrow batch
    return [column.to_pylist() for column in batch.columns]
