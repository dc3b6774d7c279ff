"""The lake: an Iceberg catalog with branches, releases and leases in one SQL database."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from jupyter_mesh.catalog import namespaces
from jupyter_mesh.catalog.branches import Branches
from jupyter_mesh.catalog.checkup import GUARANTEE, checkup, database_kind
from jupyter_mesh.catalog.database import Database
from jupyter_mesh.catalog.jobs import Jobs
from jupyter_mesh.catalog.leases import Leases
from jupyter_mesh.catalog.lending import lend
from jupyter_mesh.catalog.names import Names
from jupyter_mesh.catalog.past import Past
from jupyter_mesh.catalog.pinning import pinned
from jupyter_mesh.catalog.pointers import Pointers
from jupyter_mesh.catalog.publishing import Publisher
from jupyter_mesh.catalog.releases import Releases
from jupyter_mesh.catalog.rollback import roll_back
from jupyter_mesh.catalog.tables import Tables
from jupyter_mesh.catalog.trail import Trail
from jupyter_mesh.catalog.views import Views
from jupyter_mesh.catalog.warehouse import Warehouse
from jupyter_mesh.model.names import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from pyiceberg.io import FileIO
    from pyiceberg.table.metadata import TableMetadata

    from jupyter_mesh.catalog.pointers import PointerChange
    from jupyter_mesh.catalog.tables import Loaded
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.health import Condition
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.runs import Notice, Release, RunRecord
    from jupyter_mesh.model.tables import AsOf, AuditEntry, Branch, Landing, Snapshot
    from jupyter_mesh.model.versions import ReleaseRef
    from jupyter_mesh.protocols import Secrets
    from jupyter_mesh.settings import IcebergSettings

# How long a branch stays open without being renewed, and a lease without its holder.
BRANCH_TERM = timedelta(minutes=10)
LEASE_TERM = timedelta(seconds=30)


class Lake:
    """Keeps Iceberg tables, branches and releases; publishing is its one commit point.

    Nothing is opened before it is used. `notices` are the kinds of announcement that every
    release leaves in the outbox.
    """

    def __init__(self, name: str, settings: IcebergSettings, secrets: Secrets) -> None:
        self._keep_records(name, settings, secrets)
        self.store = Warehouse(settings, secrets, f"{self.database.place}\n{name}")
        self.pointers = Pointers(name, self.database)
        self.files = Tables(self.pointers, self.store)
        self.hidden = Branches(self.pointers, BRANCH_TERM)
        self.views = Views(self.pointers, self.store)
        self.publisher = Publisher(self.files, self.hidden, self.kept, self.trail, self.views)
        self.past = Past(self.files, self.kept)

    def _keep_records(self, name: str, settings: IcebergSettings, secrets: Secrets) -> None:
        """Set up what is kept in the mesh's own database, wherever the tables are."""
        self.name = name
        self._records = settings
        self.notices: tuple[str, ...] = ("tags", "lineage", "record", "report")
        self.database = Database(settings, secrets)
        self.kept = Releases(name, self.database)
        self.leases = Leases(name, self.database, LEASE_TERM)
        self.trail = Trail(name, self.database, BRANCH_TERM)
        self.names = Names(name, self.database)
        self.jobs = Jobs(name, self.database)

    @property
    def warehouse(self) -> str:
        """Where its files lie: `file:///folder` or `s3://bucket/prefix`, no last slash."""
        return self.store.root

    @property
    def records(self) -> IcebergSettings:
        """The database of its branches, and how the store of its files is opened."""
        return self._records

    @property
    def kind(self) -> str:
        """What it is and where, for people."""
        return database_kind(self.database)

    @property
    def guarantee(self) -> str:
        """What holds when a release is published."""
        return GUARANTEE

    def health(self) -> Sequence[Condition]:
        """How database, warehouse and branches are, and which guarantee holds."""
        return list(checkup(self))

    def close(self) -> None:
        """Let go of the database; a later use opens it anew."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- tables ----------------------------------------------------------------------------

    def schemas(self, branch: str = "") -> Sequence[str]:
        """The schemas, sorted."""
        return self.pointers.schemas(branch)

    def tables(self, schema: str, branch: str = "") -> Sequence[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schemas."""
        return self.pointers.tables(schema, branch)

    def snapshot(self, table: TableName, branch: str = "", at: AsOf | None = None) -> Snapshot:
        """The state of a table now, on a branch, or at a version or time."""
        if at is not None:
            return self.past.at(table, branch, at)
        return self.files.state(table, self.pointers.location(table, branch))

    def standing(self) -> dict[TableName, str]:
        """Where every table stands on main: the metadata files, each the mark of one state."""
        every = self.pointers.everything()
        return {
            table: location
            for scope, table, location in every
            if scope == self.name and not table.schema.startswith(HIDDEN)
        }

    def history(self, table: TableName) -> Sequence[Snapshot]:
        """Every state a table had, newest first."""
        return self.past.history(table)

    def create_schema(self, schema: str, branch: str = "") -> None:
        """Make a schema unless it is there."""
        self.pointers.create_schema(schema, branch)

    def drop_schema(self, schema: str, branch: str = "") -> None:
        """Remove an empty schema; ConflictError while it holds tables."""
        self.pointers.drop_schema(schema, branch)

    def properties(self, schema: str, branch: str = "") -> Mapping[str, str]:
        """What was noted of a schema, and where its tables are made.

        Trino makes a table in two steps, and so all or nothing, only where it is told a place.
        """
        place = {"location": self.store.folder_for(schema)}
        return place | namespaces.properties(self.pointers, schema, branch)

    def set_properties(
        self, schema: str, branch: str, updates: Mapping[str, str], removals: Collection[str]
    ) -> None:
        """Note some things of a schema and forget others, all at once."""
        namespaces.set_properties(self.pointers, schema, branch, updates, removals)

    def rename(self, table: TableName, new: TableName, branch: str = "") -> None:
        """Give a table another name; ConflictError when that is taken."""
        namespaces.rename(self.pointers, table, new, branch)

    def prepare(self, table: TableName, columns: Sequence[Column], branch: str) -> Snapshot:
        """Make the table on the branch, or give it exactly these columns and no rows.

        Identity, history and tags stay; a column keeps its id when its type stays or widens.
        """
        return self.files.prepare(table, columns, branch)

    def reset(self, table: TableName, branch: str) -> None:
        """Put a branch's table back to where the branch found it."""
        self.hidden.reset(table, branch)

    def drop(self, table: TableName, branch: str = "") -> None:
        """Remove the pointer; no file is touched."""
        self.pointers.drop(table, branch)

    # -- what an Iceberg client asks for ---------------------------------------------------

    def load(self, table: TableName, branch: str = "") -> Loaded:
        """Where a table's metadata lies and what it says."""
        return self.files.load(table, branch)

    def commit(self, branch: str, changes: Sequence[PointerChange]) -> None:
        """Move every pointer in one transaction, or none; ConflictError when overtaken."""
        self.files.commit(branch, changes)

    def write_metadata(self, metadata: TableMetadata, base_location: str | None = None) -> str:
        """Write a new metadata file, the successor of the one at `base_location`."""
        return self.files.write_metadata(metadata, base_location)

    def location_for(self, table: TableName) -> str:
        """A place of its own for a new table, with its folders."""
        return self.store.location_for(table)

    def file_io(self) -> FileIO:
        """Iceberg's reader and writer for the warehouse's files."""
        return self.store.file_io()

    # -- branches --------------------------------------------------------------------------

    def open_branch(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],
        lease: timedelta | None = None,
    ) -> Branch:
        """A new branch that starts from main's tables; the named ones are its outputs."""
        return self.hidden.open(run_id, product, tables, lease)

    def pinned(self, snapshot: Snapshot, lease: timedelta) -> str:
        """The name of a branch on which the table stands in exactly that state.

        It is opened when there is none, and swept when the lease has passed.
        """
        return pinned(self, snapshot, lease)

    def lend(self, branch: str, tables: Sequence[TableName]) -> Sequence[TableName]:
        """Where servers that know no branch find its tables, which are lent to main there.

        What such a server changed is taken back. Raises ConflictError where both sides were
        changed.
        """
        return lend(self.pointers, branch, tables)

    def branches(self) -> Sequence[Branch]:
        """The open branches, oldest first."""
        return self.hidden.all_open()

    def branch(self, name: str) -> Branch:
        """The branch of that name."""
        return self.hidden.find(name)

    def renew(self, branch: str) -> None:
        """Extend the lease of an open branch; ConflictError when it is no longer open."""
        self.hidden.renew(branch)

    def staged(self, branch: str) -> Sequence[Snapshot]:
        """The tables that differ from where the branch began, by name."""
        return [
            self.files.state(change.table, change.location)
            for change in self.hidden.staged(branch)
            if change.location is not None
        ]

    def abandon(self, branch: str) -> None:
        """Forget what was staged; harmless when done twice."""
        self.hidden.abandon(branch)

    def sweep(self) -> Sequence[Branch]:
        """Abandon the open branches whose lease has ended, and say which."""
        return self.hidden.sweep()

    # -- releases --------------------------------------------------------------------------

    def publish(self, branch: str, release: Release) -> Release:
        """Make a release current, all or none; returns it with digest and chain filled in."""
        return self.publisher.publish(branch, release, self.notices)

    def merge(self, branch: str, landing: Landing | None = None) -> None:
        """Make a branch's tables current, all or none, without a release."""
        self.publisher.merge(branch, landing)

    def landing(self, table: TableName, digest: str) -> Landing | None:
        """The landed version of a table with these bytes, when it is the current one."""
        found = self.trail.landing(table, digest)
        if found is None:
            return None
        landing, location = found
        with self.database.reading() as connection:
            current = self.pointers.find(connection, table)
        if current is None:
            return None
        state = self.files.state(table, current)
        same = state.snapshot_id is not None and state.snapshot_id == landing.snapshot_id
        return landing if same or current == location else None

    def releases(self, product: ProductName | None = None) -> Sequence[Release]:
        """The releases, newest first."""
        return self.kept.all(product)

    def current(self) -> Sequence[Release]:
        """The current release of every product, by name."""
        return self.kept.current()

    def latest(self, product: ProductName) -> Release | None:
        """The current release, or nothing."""
        return self.kept.latest(product)

    def release(self, ref: ReleaseRef) -> Release:
        """The newest release in the range; NameNotFound offers what there is.

        One that was rolled back is found only when nothing else is in the range.
        """
        return self.kept.find(ref)

    def rollback(self, product: ProductName, to: ReleaseRef, actor: Actor) -> Release:
        """Make an older release's tables current again by a new, recorded release."""
        return roll_back(self.publisher, product, to, actor, self.notices)

    def tag(self, release: Release) -> None:
        """Write the Iceberg tags of a release; harmless when repeated."""
        self.past.tag(release)

    # -- leases and the trail --------------------------------------------------------------

    @contextmanager
    def lease(self, resource: str, owner: str, wait: float = 0.0) -> Iterator[None]:
        """Hold a resource alone; ConflictError says who holds it after `wait` seconds."""
        with self.leases.hold(resource, owner, wait):
            yield

    def outbox(self) -> Sequence[Notice]:
        """What is still to be told to others."""
        return self.trail.outbox()

    def delivered(self, notice: Notice, error: str = "") -> None:
        """A notice was told, or its telling failed and will be tried again."""
        self.trail.delivered(notice, error)

    def record(self, entry: AuditEntry) -> None:
        """Append to the audit."""
        self.trail.record(entry)

    def audit(self, run_id: str = "", limit: int = 1000) -> Sequence[AuditEntry]:
        """The audit, newest first; of one run when named."""
        return self.trail.audit(run_id, limit)

    def save_run(self, run: RunRecord) -> None:
        """Remember a run, or its new state."""
        self.trail.save_run(run)

    def runs(self, product: ProductName | None = None) -> Sequence[RunRecord]:
        """The runs, newest first; a running one whose lease has ended shows as lost."""
        return self.trail.runs(product)
