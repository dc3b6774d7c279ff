"""The shapes the parts ask of each other. Anything of that shape will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from pathlib import Path
    from threading import Event

    import pyarrow as pa

    from jupyter_mesh.model.contract import Column, Contract
    from jupyter_mesh.model.health import Condition
    from jupyter_mesh.model.lineage import LineageEvent
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.policy import Actor, Decision
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Notice, Plan, Progress, Release, Run, RunRecord
    from jupyter_mesh.model.tables import (
        Access,
        AsOf,
        AuditEntry,
        Branch,
        Endpoint,
        Landing,
        Session,
        Snapshot,
        Stats,
        View,
    )
    from jupyter_mesh.model.versions import ReleaseRef
    from jupyter_mesh.settings import IcebergSettings


class Ticket(Protocol):
    """One running statement, seen from outside: it can be watched and stopped by any thread."""

    def cancel(self) -> None:
        """Stop the statement on its engine; harmless when it has ended."""

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Called by the engine with what stops it; called at once when already cancelled."""

    def report(self, text: str, percent: float | None = None) -> None:
        """Called by the engine as it goes."""


class Result(Protocol):
    """An answer: columns with Trino types over Arrow batches. Can be read more than once."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Name and Trino type of each column."""

    @property
    def stats(self) -> Stats:
        """How it went; the rows are known once the answer has been read to its end."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches, streaming: memory stays bounded."""

    def arrow(self) -> pa.Table:
        """All rows as one Arrow table."""

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as exact Python values (Decimal, datetime, ...)."""

    def df(self, dtype_backend: str = "mesh") -> Any:  # noqa: ANN401 - a pandas frame
        """All rows as a pandas frame with exact types."""

    def to_parquet(self, path: str | Path) -> None:
        """Write all rows, streaming, to a file that appears whole or not at all."""


class Engine(Protocol):
    """Answers SQL, written in Trino's dialect, over three-part names."""

    name: str

    def query(
        self,
        sql: str,
        session: Session,
        parameters: Mapping[str, Any] | None = None,
        ticket: Ticket | None = None,
    ) -> Result:
        """Run one statement of any kind; returns when its first rows (or its end) are there."""

    def access(self, sql: str, session: Session) -> Access:
        """What the statement would read and write, without running it."""

    def catalogs(self) -> Sequence[str]:
        """The catalogs it can name, sorted."""

    def schemas(self, catalog: str, session: Session) -> Sequence[str]:
        """The schemas of a catalog, sorted; NameNotFound offers the nearest catalog."""

    def tables(self, catalog: str, schema: str, session: Session) -> Sequence[str]:
        """The tables of a schema, sorted; NameNotFound offers the nearest schema."""

    def describe(self, table: TableName, session: Session) -> tuple[Column, ...]:
        """The table's columns, in order; NameNotFound offers the nearest names."""

    def write(
        self,
        table: TableName,
        source: pa.RecordBatchReader | Path,
        session: Session,
        ticket: Ticket | None = None,
    ) -> int:
        """Replace the rows of a table on the session's branch by a reader's, or by a data
        file's (csv, parquet, json); returns the number of rows. Streams; LandingError names
        the first faulty row of a file.
        """

    def health(self, session: Session) -> Sequence[Condition]:
        """How it is: version, what it can reach, what it would not prevent."""

    def close(self) -> None:
        """Let go of connections and temporary files."""


class Gateway(Protocol):
    """Lets an engine write Iceberg tables on a branch through the Iceberg REST protocol."""

    def endpoint(self, catalog: str, branch: str = "") -> Endpoint:
        """Where to write; started on first need, on loopback, behind a random token."""

    def close(self) -> None:
        """Stop listening."""


class Views(Protocol):
    """The views of a catalog: queries under a name, on main and on branches."""

    def names(self, schema: str, branch: str = "") -> Sequence[str]:
        """The views of a schema, sorted."""

    def find(self, view: TableName, branch: str = "") -> View | None:
        """The view of that name, if there is one."""

    def put(self, view: View, branch: str, *, is_new: bool) -> None:
        """Make a view, or give one another query; ConflictError when the name is taken."""

    def drop(self, view: TableName, branch: str = "") -> None:
        """Remove a view; NameNotFound offers the nearest."""


class Catalog(Protocol):
    """Keeps Iceberg tables, branches and releases; publishing is its one commit point."""

    name: str

    @property
    def warehouse(self) -> str:
        """Where its files lie: `file:///folder` or `s3://bucket/prefix`, no last slash."""

    @property
    def views(self) -> Views:
        """Its views."""

    @property
    def records(self) -> IcebergSettings:
        """The database of its branches, and how the store of its files is opened."""

    def health(self) -> Sequence[Condition]:
        """How it is, and which guarantee holds for a publication."""

    def schemas(self, branch: str = "") -> Sequence[str]:
        """The schemas, sorted."""

    def tables(self, schema: str, branch: str = "") -> Sequence[str]:
        """The tables of a schema, sorted."""

    def snapshot(self, table: TableName, branch: str = "", at: AsOf | None = None) -> Snapshot:
        """The state of a table now, on a branch, or at a version or time."""

    def history(self, table: TableName) -> Sequence[Snapshot]:
        """Every state a table had, newest first."""

    def create_schema(self, schema: str, branch: str = "") -> None:
        """Make a schema unless it is there."""

    def prepare(self, table: TableName, columns: Sequence[Column], branch: str) -> Snapshot:
        """Create the table on the branch, or evolve it to exactly these columns and empty it,
        keeping its identity, history and tags.
        """

    def reset(self, table: TableName, branch: str) -> None:
        """Put a branch's table back to where the branch found it."""

    def location_for(self, table: TableName) -> str:
        """A place of its own for a new table, with its folders."""

    def drop(self, table: TableName, branch: str = "") -> None:
        """Remove the pointer; no file is touched."""

    def open_branch(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],
        lease: timedelta | None = None,
    ) -> Branch:
        """A new branch that starts from main's tables; the named ones are its outputs.

        It is swept when `lease` (minutes by default) has passed without a renewal.
        """

    def pinned(self, snapshot: Snapshot, lease: timedelta) -> str:
        """The name of a branch on which the table stands in exactly that state."""

    def lend(self, branch: str, tables: Sequence[TableName]) -> Sequence[TableName]:
        """Where servers that know no branch find its tables; what one changed is taken back."""

    def branches(self) -> Sequence[Branch]:
        """The open branches, oldest first."""

    def branch(self, name: str) -> Branch:
        """The branch of that name."""

    def renew(self, branch: str) -> None:
        """Extend the lease of an open branch; ConflictError when it is no longer open."""

    def staged(self, branch: str) -> Sequence[Snapshot]:
        """The tables that differ from where the branch began, by name."""

    def abandon(self, branch: str) -> None:
        """Forget what was staged; harmless when done twice."""

    def sweep(self) -> Sequence[Branch]:
        """Abandon the open branches whose lease has ended, and say which."""

    def publish(self, branch: str, release: Release) -> Release:
        """Make a release current, all or none; returns it with digest and chain filled in."""

    def merge(self, branch: str, landing: Landing | None = None) -> None:
        """Make a branch's tables current, all or none, without a release."""

    def landing(self, table: TableName, digest: str) -> Landing | None:
        """The landed version of a table with these bytes, when it is the current one."""

    def releases(self, product: ProductName | None = None) -> Sequence[Release]:
        """The releases, newest first."""

    def latest(self, product: ProductName) -> Release | None:
        """The current release, or nothing."""

    def release(self, ref: ReleaseRef) -> Release:
        """The newest release in the range; NameNotFound offers what there is."""

    def rollback(self, product: ProductName, to: ReleaseRef, actor: Actor) -> Release:
        """Make an older release's tables current again by a new, recorded release."""

    def lease(
        self, resource: str, owner: str, wait: float = 0.0
    ) -> AbstractContextManager[None]:
        """Hold a resource alone; ConflictError says who holds it after `wait` seconds."""

    def outbox(self) -> Sequence[Notice]:
        """What is still to be told to others."""

    def delivered(self, notice: Notice, error: str = "") -> None:
        """A notice was told, or its telling failed and will be tried again."""

    def tag(self, release: Release) -> None:
        """Write the Iceberg tags of a release; harmless when repeated."""

    def record(self, entry: AuditEntry) -> None:
        """Append to the audit."""

    def audit(self, run_id: str = "", limit: int = 1000) -> Sequence[AuditEntry]:
        """The audit, newest first; of one run when named."""

    def save_run(self, run: RunRecord) -> None:
        """Remember a run, or its new state."""

    def runs(self, product: ProductName | None = None) -> Sequence[RunRecord]:
        """The runs, newest first; a running one whose lease has ended shows as lost."""


class Checker(Protocol):
    """Holds a snapshot against a contract."""

    def check(
        self, port: str, snapshot: Snapshot, contract: Contract, session: Session
    ) -> Sequence[CheckResult]:
        """One result for each promise: columns first, then rules in their order."""


class NotebookRunner(Protocol):
    """Runs a notebook from top to bottom in a process of its own."""

    def run(
        self,
        plan: Plan,
        run_id: str,
        environment: Mapping[str, str],
        tell: Callable[[Progress], None],
        cancel: Event | None = None,
    ) -> Run:
        """Execute it and keep the executed copy; NotebookError names cell and reason,
        PromotionStopped when `cancel` is set meanwhile.
        """


class Gate(Protocol):
    """Decides whether a promotion may go on."""

    @property
    def name(self) -> str:
        """What its reasons are signed with."""

    def decide(self, plan: Plan, results: Sequence[CheckResult]) -> Decision:
        """Answer, with reasons."""


class Listener(Protocol):
    """Is told what happened."""

    def tell(self, event: LineageEvent) -> None:
        """Take note of one event."""


class Announcer(Protocol):
    """Tells one kind of notice to others, after the release is final; may be repeated."""

    @property
    def kind(self) -> str:
        """The kind of notice that it tells."""

    def announce(self, release: Release, product_folder: str) -> None:
        """Tell it; raising leaves the notice in the outbox."""


class Products(Protocol):
    """The products as files in the mesh's folder."""

    def names(self) -> Sequence[ProductName]:
        """Every product with a descriptor, sorted."""

    def product(self, name: ProductName) -> DataProduct:
        """Read one with its contracts; DescriptorError at a line, NameNotFound otherwise."""


class Secrets(Protocol):
    """Turns a reference such as `${env:PG_PASSWORD}` into its value, when it is needed."""

    def resolve(self, reference: str) -> str:
        """The value; ConfigError names what is missing and how to set it."""
