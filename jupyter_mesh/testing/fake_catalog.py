"""A fake of the catalog, for tests of whatever is built on it: it writes down each call."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConfigError, ConflictError, NameNotFound
from jupyter_mesh.model.health import Condition, Health
from jupyter_mesh.model.runs import Notice, ReleaseState
from jupyter_mesh.model.tables import Branch, BranchState, Snapshot
from jupyter_mesh.model.versions import Change
from jupyter_mesh.settings import IcebergSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.runs import Release, RunRecord
    from jupyter_mesh.model.tables import AsOf, AuditEntry, Landing, View
    from jupyter_mesh.model.versions import ReleaseRef

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)


@dataclass
class Calls:
    """What was called, in order; a call named in `failures` raises what stands there."""

    made: list[str] = field(default_factory=list)
    failures: dict[str, BaseException] = field(default_factory=dict)

    def note(self, call: str) -> None:
        """Write a call down, then fail when that is wanted of it."""
        self.made.append(call)
        failure = self.failures.get(call) or self.failures.get(call.partition(" ")[0])
        if failure is not None:
            raise failure


@dataclass
class FakeViews:
    """Implements Views in memory."""

    put_there: dict[tuple[str, TableName], View] = field(default_factory=dict)

    def names(self, schema: str, branch: str = "") -> Sequence[str]:
        """Those of a schema."""
        return sorted(
            name.table
            for where, name in self.put_there
            if (where, name.schema) == (branch, schema)
        )

    def find(self, view: TableName, branch: str = "") -> View | None:
        """The one of that name, or nothing."""
        return self.put_there.get((branch, view))

    def put(self, view: View, branch: str, *, is_new: bool) -> None:
        """Keep it; ConflictError for a new one whose name is taken."""
        if is_new and (branch, view.name) in self.put_there:
            raise ConflictError(f"There is already a view named {view.name}.")
        self.put_there[(branch, view.name)] = view

    def drop(self, view: TableName, branch: str = "") -> None:
        """Forget it; NameNotFound otherwise."""
        if self.put_there.pop((branch, view), None) is None:
            raise NameNotFound("view", str(view), self.names(view.schema, branch))


@dataclass
class FakeCatalog:
    """Implements Catalog in memory.

    Tables are states with a location; a branch is a dictionary of them over main's.
    """

    calls: Calls = field(default_factory=Calls)
    kinds: tuple[str, ...] = ("tags", "record")
    name: str = "lake"

    def __post_init__(self) -> None:
        self.main: dict[TableName, Snapshot] = {}
        self.found: dict[str, Branch] = {}
        self.written: dict[str, dict[TableName, Snapshot]] = {}
        self.bases: dict[str, dict[TableName, Snapshot]] = {}
        self.landed: dict[TableName, Landing] = {}
        self.published: list[Release] = []
        self.waiting: list[Notice] = []
        self.errors: dict[int, str] = {}
        self.entries: list[AuditEntry] = []
        self.remembered: dict[str, RunRecord] = {}
        self._leases: dict[str, tuple[threading.Lock, str]] = {}
        self._views = FakeViews()
        self._count = 0

    # -- tables and branches -----------------------------------------------------------------

    def write(self, table: TableName, branch: str, rows: int = 1) -> Snapshot:
        """What an engine does when something is staged: a new state on the branch."""
        self._open(branch)
        self._count += 1
        state = Snapshot(table, f"v{self._count}.json", "u", self._count, 0, rows, ())
        self.written[branch][table] = state
        return state

    def snapshot(self, table: TableName, branch: str = "", at: AsOf | None = None) -> Snapshot:
        """The state on the branch, else on main."""
        states = self._states(branch)
        if at is not None or table not in states:
            raise NameNotFound("table", str(table), map(str, states))
        return states[table]

    @property
    def warehouse(self) -> str:
        """A place that holds nothing."""
        return "file:///nowhere"

    @property
    def records(self) -> IcebergSettings:
        """No database, no object store."""
        return IcebergSettings("", self.warehouse)

    @property
    def views(self) -> FakeViews:
        """Those that were put."""
        return self._views

    def lend(self, branch: str, tables: Sequence[TableName]) -> Sequence[TableName]:
        """Refuse: ConfigError. There is no server to lend to."""
        raise ConfigError(f"{len(tables)} tables of {branch} were to be lent from memory.")

    def health(self) -> Sequence[Condition]:
        """As it should be."""
        return [Condition(f"catalog {self.name}", Health.GOOD, "in memory")]

    def schemas(self, branch: str = "") -> Sequence[str]:
        """The schemas of what is there."""
        return sorted({table.schema for table in self._states(branch)})

    def tables(self, schema: str, branch: str = "") -> Sequence[str]:
        """The tables of what is there."""
        return sorted(name.table for name in self._states(branch) if name.schema == schema)

    def history(self, table: TableName) -> Sequence[Snapshot]:
        """Main's state, and no older one."""
        return [self.snapshot(table)]

    def prepare(self, table: TableName, columns: Sequence[Column], branch: str) -> Snapshot:
        """An empty state with these columns."""
        self.written[branch][table] = replace(
            self.write(table, branch, 0), columns=tuple(columns)
        )
        return self.written[branch][table]

    def reset(self, table: TableName, branch: str) -> None:
        """Forget what was written to the table on the branch."""
        self.written[branch].pop(table, None)

    def location_for(self, table: TableName) -> str:
        """Nowhere."""
        return f"{self.warehouse}/{table.schema}/{table.table}"

    def drop(self, table: TableName, branch: str = "") -> None:
        """Forget the table's state."""
        (self.written[branch] if branch else self.main).pop(table, None)

    def create_schema(self, schema: str, branch: str = "") -> None:  # noqa: ARG002
        """Nothing to do: schemas are parts of names here."""
        self.calls.note(f"create_schema {schema}")

    def open_branch(
        self,
        run_id: str,
        product: ProductName | None,
        tables: Sequence[TableName],  # noqa: ARG002 - any may be written
        lease: timedelta | None = None,
    ) -> Branch:
        """A branch over main as it is now."""
        self.calls.note("open_branch")
        branch = Branch(
            f"lake~{run_id}", BranchState.OPEN, run_id, product, START, START + (lease or LEASE)
        )
        self.found[branch.name] = branch
        self.written[branch.name] = {}
        self.bases[branch.name] = dict(self.main)
        return branch

    def pinned(self, snapshot: Snapshot, lease: timedelta) -> str:
        """A branch of its own, on which the table stands so."""
        self.calls.note(f"pin {snapshot.table}")
        name = self.open_branch(f"pin{len(self.found)}", None, (snapshot.table,), lease).name
        self.bases[name][snapshot.table] = self.written[name][snapshot.table] = snapshot
        return name

    def branch(self, name: str) -> Branch:
        """The branch of that name."""
        return self.found[name]

    def branches(self) -> Sequence[Branch]:
        """The open ones."""
        return [b for b in self.found.values() if b.state is BranchState.OPEN]

    def renew(self, branch: str) -> None:
        """Fail when the branch is closed."""
        self.calls.note("renew")
        self._open(branch)

    def staged(self, branch: str) -> Sequence[Snapshot]:
        """What was written on the branch."""
        self.calls.note("staged")
        return [self.written[branch][table] for table in sorted(self.written[branch])]

    def abandon(self, branch: str) -> None:
        """Close an open branch."""
        self.calls.note("abandon")
        if self.found[branch].state is BranchState.OPEN:
            self.found[branch] = replace(self.found[branch], state=BranchState.ABANDONED)

    def sweep(self) -> Sequence[Branch]:
        """No branch of a fake grows old."""
        self.calls.note("sweep")
        return []

    def merge(self, branch: str, landing: Landing | None = None) -> None:
        """Move main to what was written, without a release."""
        self.calls.note("merge")
        self._move(branch)
        if landing is not None:
            self.landed[landing.table] = landing

    def landing(self, table: TableName, digest: str) -> Landing | None:
        """What was landed last, when it has this digest."""
        found = self.landed.get(table)
        return found if found is not None and found.digest == digest else None

    # -- releases ------------------------------------------------------------------------------

    def publish(self, branch: str, release: Release) -> Release:
        """Move main to what was written, unless main moved meanwhile."""
        self.calls.note(f"publish {release.version}")
        self._move(branch)
        previous = self.latest(release.product)
        sealed = replace(
            release,
            digest=f"digest of {release.version}",
            previous=previous.digest if previous else "",
        )
        self.published = [
            replace(old, state=ReleaseState.SUPERSEDED)
            if old.product == sealed.product
            else old
            for old in self.published
        ]
        self.published.append(sealed)
        for kind in self.kinds:
            ref = f"{sealed.product}@{sealed.version}"
            self.waiting.append(Notice(len(self.waiting) + len(self.errors) + 1, kind, ref))
        return sealed

    def releases(self, product: ProductName | None = None) -> Sequence[Release]:
        """Newest first."""
        return [r for r in reversed(self.published) if product in {None, r.product}]

    def latest(self, product: ProductName) -> Release | None:
        """The newest of a product."""
        return next(iter(self.releases(product)), None)

    def release(self, ref: ReleaseRef) -> Release:
        """The newest in the range."""
        for found in self.releases(ref.product):
            if found.version in ref.range:
                return found
        raise NameNotFound("release", str(ref))

    def rollback(self, product: ProductName, to: ReleaseRef, actor: Actor) -> Release:
        """Make an older release current again."""
        old = self.release(to)
        current = self.latest(product)
        branch = self.open_branch(f"rollback-{len(self.published)}", product, ()).name
        for output in old.outputs:
            self.written[branch][output.snapshot.table] = output.snapshot
        version = (current or old).version.after(Change.NONE)
        again = replace(
            old, version=version, actor=actor, kind="rollback", restores=str(old.version)
        )
        return self.publish(branch, again)

    @contextmanager
    def lease(self, resource: str, owner: str, wait: float = 0.0) -> Iterator[None]:
        """A lock by name."""
        self.calls.note(f"lease {resource}")
        lock, holder = self._leases.get(resource) or (threading.Lock(), owner)
        self._leases[resource] = (lock, holder)
        if not lock.acquire(timeout=wait):
            raise ConflictError(f"{resource} is held by {holder}.")
        self._leases[resource] = (lock, owner)
        try:
            yield
        finally:
            lock.release()

    def outbox(self) -> Sequence[Notice]:
        """What was not told yet."""
        return list(self.waiting)

    def delivered(self, notice: Notice, error: str = "") -> None:
        """Take it out, or keep it for another attempt."""
        self.calls.note(f"delivered {notice.kind}")
        self.waiting.remove(notice)
        if error:
            self.errors[notice.id] = error
            self.waiting.append(replace(notice, attempts=notice.attempts + 1))

    def tag(self, release: Release) -> None:
        """Write it down."""
        self.calls.note(f"tag {release.version}")

    # -- the trail -----------------------------------------------------------------------------

    def record(self, entry: AuditEntry) -> None:
        """Append to the audit."""
        self.entries.append(entry)

    def audit(self, run_id: str = "", limit: int = 1000) -> Sequence[AuditEntry]:
        """Newest first."""
        found = [e for e in reversed(self.entries) if run_id in {"", e.run_id}]
        return found[:limit]

    def save_run(self, run: RunRecord) -> None:
        """Remember its newest state."""
        self.calls.note(f"save_run {run.state}")
        self.remembered[run.run_id] = run

    def runs(self, product: ProductName | None = None) -> Sequence[RunRecord]:
        """Newest first."""
        return [r for r in reversed(self.remembered.values()) if product in {None, r.product}]

    def _states(self, branch: str) -> dict[TableName, Snapshot]:
        return self.main | self.written.get(branch, {})

    def _move(self, branch: str) -> None:
        self._open(branch)
        for table in self.written[branch]:
            if self.main.get(table) != self.bases[branch].get(table):
                raise ConflictError(f"{table} was changed meanwhile.")
        self.main |= self.written[branch]
        self.found[branch] = replace(self.found[branch], state=BranchState.PUBLISHED)

    def _open(self, branch: str) -> None:
        if self.found[branch].state is not BranchState.OPEN:
            raise ConflictError(f"{branch} is {self.found[branch].state}.")
