"""A lake in a catalog that others keep: its tables are there, everything about them is here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_mesh.catalog.lake import BRANCH_TERM, Lake
from jupyter_mesh.catalog.past import Past
from jupyter_mesh.catalog.rest_client import RestClient
from jupyter_mesh.catalog.rest_nessie import NessieRemote
from jupyter_mesh.catalog.rest_plain import PlainRemote
from jupyter_mesh.catalog.rest_publishing import RestPublisher
from jupyter_mesh.catalog.rest_tables import RestBranches, RestPointers, RestTables
from jupyter_mesh.catalog.rest_warehouse import RestWarehouse
from jupyter_mesh.catalog.views import Views
from jupyter_mesh.errors import ConfigError, InputError, NameNotFound
from jupyter_mesh.model.versions import Version
from jupyter_mesh.settings import IcebergSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from sqlalchemy import ColumnElement

    from jupyter_mesh.catalog.releases import Releases
    from jupyter_mesh.catalog.view_metadata import Document
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.tables import Branch, Snapshot
    from jupyter_mesh.model.versions import ReleaseRef
    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import RestSettings

_FLAVOURS: Mapping[str, type[PlainRemote]] = {"plain": PlainRemote, "nessie": NessieRemote}


class RestLake(Lake):
    """A lake whose main is kept by an Iceberg REST catalog of others.

    Branches, releases, runs, leases and the audit are in a database of the mesh, `records`.
    What is staged lies in the catalog's own storage, seen by nobody until it is published.
    """

    def __init__(
        self, name: str, settings: RestSettings, secrets: Secrets, records: Path
    ) -> None:
        kept = IcebergSettings(f"sqlite:///{records.as_posix()}", "")
        self._keep_records(name, kept, secrets)
        self.client = RestClient(name, settings, secrets)
        self.remote = _FLAVOURS[settings.flavour](self.client)
        mark = f"{self.database.place}\n{name}"
        self.store = RestWarehouse(settings, secrets, mark, self.remote)
        pointers = RestPointers(name, self.database, self.remote)
        tables = RestTables(pointers, self.store)
        branches = RestBranches(pointers, BRANCH_TERM)
        self.views = NoViews(pointers, self.store)
        publisher = RestPublisher(
            tables, branches, self.kept, self.trail, self.leases, self.views
        )
        self.pointers, self.files, self.hidden = pointers, tables, branches
        self.publisher = self.rest = publisher
        self.past = RestPast(tables, self.kept, self.remote)

    @property
    def records(self) -> IcebergSettings:
        """The mesh's database, and how the store of the catalog's files is opened."""
        storage = self.client.settings.storage
        return replace(self._records, warehouse=self.warehouse, storage=storage)

    @property
    def kind(self) -> str:
        """What it is and where, for people."""
        return f"{self.remote.kind} at {self.client.settings.uri}"

    @property
    def guarantee(self) -> str:
        """What holds when a release is published."""
        return self.remote.guarantee

    def close(self) -> None:
        """Let go of the database and the connections; a later use opens them anew."""
        super().close()
        self.client.close()

    # -- what the catalog keeps --------------------------------------------------------------

    def lend(self, branch: str, tables: Sequence[TableName]) -> Sequence[TableName]:  # noqa: ARG002
        """Refuse: ConfigError. Nobody lends to a main that others keep."""
        raise ConfigError(
            f"The server's catalogs are fixed, and {self.name} is kept by others: "
            "a branch of it cannot be opened there.",
            remedy="Let the server make catalogs (catalog.management=dynamic), or use the "
            "embedded engine.",
        )

    def standing(self) -> dict[TableName, str]:
        """Where every table stands on main: the metadata files, each the mark of one state."""
        return self.remote.standing(self.name)

    def properties(self, schema: str, branch: str = "") -> Mapping[str, str]:
        """What was noted of a schema, and where its tables are made."""
        return super().properties(schema, branch) if branch else self.remote.properties(schema)

    def set_properties(
        self, schema: str, branch: str, updates: Mapping[str, str], removals: Collection[str]
    ) -> None:
        """Note some things of a schema and forget others, all at once."""
        if branch:
            super().set_properties(schema, branch, updates, removals)
        else:
            self.remote.set_properties(schema, updates, sorted(removals))

    def rename(self, table: TableName, new: TableName, branch: str = "") -> None:
        """Give a table another name; ConflictError when that is taken."""
        if branch:
            super().rename(table, new, branch)
            return
        self.pointers.location(table)
        with self.database.writing() as connection:
            for name in (table, new):
                self.pointers.check_unserved(connection, name)
        self.remote.create_schema(new.schema)
        self.remote.rename(table, new)

    # -- branches and releases ---------------------------------------------------------------

    def open_branch(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],
        lease: timedelta | None = None,
    ) -> Branch:
        """A new branch that starts from main's tables; the named ones are its outputs."""
        self.rest.catch_up()
        return super().open_branch(run_id, product, tables, lease)

    def sweep(self) -> Sequence[Branch]:
        """Abandon the open branches whose lease has ended, and say which."""
        self.rest.catch_up()
        return super().sweep()

    def rollback(self, product: ProductName, to: ReleaseRef, actor: Actor) -> Release:
        """Make an older release's tables current again by a new, recorded release."""
        return self.rest.roll_back(product, to, actor, self.notices)


class RestPast(Past):
    """The past of tables that others change too."""

    def __init__(self, tables: RestTables, releases: Releases, remote: PlainRemote) -> None:
        super().__init__(tables, releases)
        self.remote = remote

    def history(self, table: TableName) -> list[Snapshot]:
        """The states that the mesh made, and those that the table's own log knows."""
        ours = super().history(table)
        known = {state.snapshot_id for state in ours}
        location = self.pointers.location(table)
        theirs = [
            self.tables.state(table, location, entry["snapshot-id"])
            for entry in self.tables.document(location).get("snapshots", [])
            if entry["snapshot-id"] not in known
        ]
        return sorted([*ours, *theirs], key=lambda state: str(state.committed), reverse=True)

    def tag(self, release: Release) -> None:
        """Have the catalog keep what a release serves; harmless when repeated."""
        tables = [output.snapshot.table for output in release.outputs]
        wanted = {
            table: {
                Version.parse(row.version).tag: row.snapshot_id
                for row in self.releases.of_table(table)
                if row.snapshot_id is not None
            }
            for table in tables
        }
        self.remote.tag(release, wanted)

    def _at_time(self, table: TableName, location: str, moment: datetime) -> Snapshot:
        if not self.remote.keeps_time or moment.tzinfo is None:
            return super()._at_time(table, location, moment)
        found = self.remote.location_at(table, moment)
        if found is None:
            raise NameNotFound(f"version of {table} at", moment.isoformat())
        return self.tables.state(table, found)


class NoViews(Views):
    """Views of a catalog of others are for its own clients to make and to see."""

    def names(self, schema: str, branch: str = "") -> list[str]:  # noqa: ARG002
        """None."""
        return []

    def find(self, view: TableName, branch: str = "") -> None:
        """None."""

    def create(self, view: TableName, branch: str, document: Document) -> str:  # noqa: ARG002
        """Refuse: InputError."""
        raise InputError(
            f"The views of {self.pointers.lake} are kept by its own catalog alone.",
            remedy="Make it there.",
        )

    def standing(self) -> dict[TableName, str]:
        """None."""
        return {}

    def locations(self) -> set[str]:
        """None."""
        return set()

    def _at(self, view: TableName, branch: str) -> ColumnElement[bool]:  # noqa: ARG002
        raise NameNotFound("view", str(view))
