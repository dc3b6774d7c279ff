"""The mesh: one object behind magics, widgets, server and command line, with the verbs."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh import browsing, doctor, drafts, planning, staging
from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.model.names import ProductName, TableName, split_name
from jupyter_mesh.model.tables import Access, AsOf, AuditEntry, Landing, Session
from jupyter_mesh.model.versions import ReleaseRef, VersionRange
from jupyter_mesh.parts import Parts
from jupyter_mesh.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta
    from threading import Event
    from types import TracebackType
    from typing import Self

    from jupyter_mesh.catalog.maintenance import GcReport, Problem
    from jupyter_mesh.formats.lint import Finding
    from jupyter_mesh.model.browse import Description, Entry
    from jupyter_mesh.model.diff import ReleaseDiff
    from jupyter_mesh.model.health import Condition
    from jupyter_mesh.model.quality import CheckResult
    from jupyter_mesh.model.runs import Plan, Progress, Release
    from jupyter_mesh.model.tables import Snapshot
    from jupyter_mesh.protocols import Result, Ticket


class Mesh:
    """A mesh that is open: browse, query, land, stage, check, plan, promote, read by version.

    Every verb raises a MeshError with message and remedy when something is not right. A mesh
    holds connections; close it, or use it in a `with` statement.
    """

    def __init__(self, parts: Parts, session: Session) -> None:
        self.parts = parts
        self.session = session
        self.product: ProductName | None = None

    @classmethod
    def open(cls, path: str | Path | None = None) -> Mesh:
        """Open the mesh of a folder or mesh.yaml; without a path the nearest one upwards.

        Inside the kernel of a promotion, reads and stages go to that run's branch. Raises
        ConfigError when there is none, with the way to make one.
        """
        settings = load(Path(path) if path is not None else None)
        environ = os.environ
        session = Session(
            actor=settings.actor,
            catalog=settings.home,
            branch=environ.get("MESH_BRANCH", ""),
            run_id=environ.get("MESH_RUN_ID", ""),
        )
        mesh = cls(Parts(settings), session)
        if product := environ.get("MESH_PRODUCT"):
            mesh._enter(ProductName.parse(product))
        return mesh

    # -- asking --------------------------------------------------------------------------

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        engine: str | None = None,
        ticket: Ticket | None = None,
    ) -> Result:
        """Run one statement of Trino SQL; `:name` parameters are values, never text.

        Raises StatementInvalid at a line and column, StatementNotSupported for what the
        embedded engine does not know to be right.
        """
        result = self.parts.engine(engine or "").query(sql, self.session, parameters, ticket)
        self._record("query", sql, access=result.stats.access)
        return result

    def browse(self, prefix: str = "") -> list[Entry]:
        """What stands below a name: catalogs and products, schemas, tables, columns."""
        return browsing.browse(self.parts, self.session, prefix)

    def describe(self, name: str) -> Description:
        """A table (catalog.schema.table), a product (domain/product) or a release of one."""
        return browsing.describe(self.parts, self.session, name)

    def use(self, name: str) -> Session:
        """Make a product, or a catalog.schema, what bare names mean from here on."""
        if "/" in name:
            product = self.parts.products.product(ProductName.parse(name))
            self.product = product.name
            return self.session
        catalog, *rest = split_name(name)
        engine = self.parts.engine()
        schemas = engine.schemas(catalog, self.session)
        if rest and rest[0] not in schemas:
            raise NameNotFound("schema", name, [f"{catalog}.{schema}" for schema in schemas])
        self.session = replace(self.session, catalog=catalog, schema=rest[0] if rest else "")
        return self.session

    def as_of(self, when: str | datetime | None) -> Session:
        """Pin every later read to a moment, or to what a release read and served.

        `2026-03-01`, `2026-03-01T12:00:00`, `aviation/delays@1.0.0`; None or `now` goes back
        to the present.
        """
        if when is None or when in {"", "now"}:
            self.session = replace(self.session, as_of=None, pins={})
        elif isinstance(when, str) and "/" in when:
            self.session = replace(self.session, as_of=None, pins=self._pins_of(when))
        else:
            moment = when if isinstance(when, datetime) else _moment(when)
            self.session = replace(self.session, as_of=AsOf(timestamp=moment), pins={})
        return self.session

    def engines(self) -> list[Entry]:
        """What can answer SQL here; a cell, a product or the whole mesh chooses by name."""
        return doctor.engines(self.parts)

    # -- bringing in ---------------------------------------------------------------------

    def land(self, source: Any, table: str, ticket: Ticket | None = None) -> Landing:  # noqa: ANN401
        """Make a file or a frame one immutable version of a table; the same bytes land once.

        `source` is a path to csv, parquet or json, or a pandas, polars or Arrow frame. Raises
        LandingError naming the first faulty row; nothing appears then.
        """
        name = TableName.parse(table)
        done = staging.land(self.parts, self.session, source, name, ticket)
        self._record("land", str(name), facts={"digest": done.digest, "rows": done.rows})
        return done

    def stage(self, port: str, data: Any, ticket: Ticket | None = None) -> Snapshot:  # noqa: ANN401
        """Write a port's rows where no reader sees them: on the run's branch, or on a draft.

        `data` is a frame or a Result. Columns are fitted to the contract's types where that
        loses nothing. Outside a promotion the product is the one in `use`, or the one whose
        folder holds the notebook.
        """
        product = staging.current(self.parts, self.product)
        staged = staging.stage(self.parts, self.session, product, port, data, ticket)
        self._record("stage", str(staged.table), facts={"port": port, "rows": staged.rows})
        return staged

    # -- promising -----------------------------------------------------------------------

    def check(self, name: str) -> list[CheckResult]:
        """Hold a product's data, or one table, against its contract.

        What is staged is checked where something is staged, else what is current.
        """
        product, outputs = planning.served(self.parts, name)
        home, actor = self.parts.home, self.session.actor
        branch = self.session.branch or drafts.name_of(home, product, actor)
        found = [
            result
            for output in outputs
            for result in self.parts.checker(product.engine).check(
                output.name, home.snapshot(output.table, branch), output.contract, self.session
            )
        ]
        self._record("check", name, facts=planning.tally(found))
        return found

    def plan(self, product: str, parameters: Mapping[str, Any] | None = None) -> Plan:
        """What a promotion would do: its inputs' pins, its version with reasons, obstacles."""
        return planning.plan(
            self.parts, self.session, ProductName.parse(product), parameters or {}
        )

    def promote(
        self,
        plan: Plan | str,
        parameters: Mapping[str, Any] | None = None,
        tell: Callable[[Progress], None] | None = None,
        wait: float = 0.0,
        cancel: Event | None = None,
    ) -> Release:
        """Run, stage, check, gate and publish: a new release, or nothing has changed.

        Raises NotebookError, ContractError or PromotionRefused with the reasons, ConflictError
        when somebody else is promoting the same product after `wait` seconds, PromotionStopped
        when `cancel` was set in time.
        """
        if isinstance(plan, str):
            plan = self.plan(plan, parameters)
        environment = {
            "MESH_PATH": str(self.parts.settings.root),
            "MESH_USER": self.session.actor.user,
            "MESH_PRODUCT": str(plan.product.name),
        }
        if plan.product.engine:
            environment["MESH_ENGINE"] = plan.product.engine
        promoter = self.parts.promoter(plan.product)
        listener = tell or (lambda _progress: None)
        return promoter.promote(plan, environment, listener, wait, cancel)

    # -- reading by version --------------------------------------------------------------

    def releases(self, product: str | None = None) -> list[Release]:
        """The releases of a product, or of all, newest first."""
        if product is None:
            return list(self.parts.home.releases())
        name = ProductName.parse(product)
        found = list(self.parts.home.releases(name))
        if not found:
            self.parts.products.product(name)
        return found

    def release(self, ref: str) -> Release:
        """The newest release in a range: `aviation/delays@^1`, `@1.2.0`, `@latest`."""
        return self.parts.home.release(ReleaseRef.parse(ref))

    def read(self, ref: str, port: str = "") -> Result:
        """A port of a release, exactly as it was published."""
        release = self.release(ref)
        ports = {output.port: output for output in release.outputs}
        if not port and len(ports) == 1:
            port = next(iter(ports))
        if port not in ports:
            raise NameNotFound(
                f"port of {release.product} {release.version} named", port, ports
            )
        snapshot = ports[port].snapshot
        session = replace(self.session, branch="", as_of=None, pins={snapshot.table: snapshot})
        sql = f"SELECT * FROM {snapshot.table.sql}"  # noqa: S608 - a quoted name
        result = self.parts.engine().query(sql, session)
        self._record("read", f"{release.product}@{release.version}/{port}")
        return result

    def diff(self, before: str, after: str) -> ReleaseDiff:
        """What changed between two releases of a product: contract, schema, rows, checks."""
        return planning.diff(self.release(before), self.release(after))

    def rollback(self, product: str, to: str) -> Release:
        """Make an older release current again, by a new release that says so."""
        from jupyter_mesh.promotion.announce import deliver

        name = ProductName.parse(product)
        home = self.parts.home
        release = home.rollback(name, ReleaseRef(name, VersionRange(to)), self.session.actor)
        deliver(home, self.parts.announcers, self._folder, name)
        return release

    # -- keeping house -------------------------------------------------------------------

    def doctor(self) -> Iterator[Condition]:
        """How files, catalogs, engines and releases are, one after the other."""
        return doctor.examine(self.parts, self.session)

    def fsck(self) -> list[Problem]:
        """Prove the store: files present, digests right, chain unbroken."""
        from jupyter_mesh.catalog.maintenance import fsck

        return list(fsck(self.parts.home))

    def gc(self, older_than: timedelta | None = None, *, dry_run: bool = False) -> GcReport:
        """Remove files that nothing kept can reach, older than a floor of seven days.

        What could not be told of earlier releases is told first: it may need those files.
        """
        from jupyter_mesh.catalog.maintenance import FLOOR, gc
        from jupyter_mesh.promotion.announce import deliver

        if not dry_run:
            deliver(self.parts.home, self.parts.announcers, self._folder)
        return gc(self.parts.home, older_than or FLOOR, dry_run=dry_run)

    def lint(self) -> list[Finding]:
        """Every fault in the mesh's files at once, each with its line and remedy."""
        from jupyter_mesh.formats.lint import lint

        return list(lint(self.parts.settings.root))

    def close(self) -> None:
        """Let go of connections and workers."""
        self.parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- finding -------------------------------------------------------------------------

    def _enter(self, product: ProductName) -> None:
        """Stand in a product's run: its inputs by range are read at their releases."""
        self.product = product
        self.session = replace(
            self.session,
            pins=planning.input_snapshots(self.parts, self.parts.products.product(product)),
        )

    def _folder(self, product: ProductName) -> str:
        return self.parts.products.product(product).folder

    def _pins_of(self, ref: str) -> dict[TableName, Snapshot]:
        release = self.release(ref)
        read = {
            pin.table: self.parts.home.snapshot(
                pin.table, at=AsOf(version=str(pin.snapshot_id))
            )
            for pin in release.inputs
            if pin.snapshot_id is not None
        }
        return read | {output.snapshot.table: output.snapshot for output in release.outputs}

    def _record(
        self,
        action: str,
        subject: str,
        access: Access | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        if not self.parts.lakes:
            return
        self.parts.home.record(
            AuditEntry(
                datetime.now(UTC),
                str(self.session.actor),
                action,
                subject,
                self.session.run_id,
                access or Access(),
                facts=facts or {},
            )
        )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(
            f"{text!r} is not a moment.",
            remedy="Write 2026-03-01, 2026-03-01T12:00:00 or domain/product@1.0.0.",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
