"""The trail: runs, what was landed, what is still to be told, and who did what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.formats.cells import plain
from jupyter_mesh.formats.release import pin_record, to_pin
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.model.runs import Notice, RunRecord
from jupyter_mesh.model.tables import Access, AuditEntry, BranchState, Landing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database

_RUNNING = "running"
_LOST = "lost"
_ERROR_LENGTH = 2000


class Trail:
    """The rows that tell what happened in one lake."""

    def __init__(self, lake: str, database: Database, patience: timedelta) -> None:
        self.lake = lake
        self.database = database
        # How long a run may be without a branch before it counts as lost.
        self.patience = patience

    # -- the outbox ------------------------------------------------------------------------

    def post(self, connection: Connection, release: str, kinds: Iterable[str]) -> None:
        """Leave notices of a release, as part of its publication."""
        now = rows.to_text(datetime.now(UTC))
        for kind in kinds:
            connection.execute(
                insert(rows.OUTBOX).values(
                    lake=self.lake,
                    kind=kind,
                    release=release,
                    attempts=0,
                    error="",
                    created=now,
                )
            )

    def outbox(self) -> list[Notice]:
        """What is still to be told, oldest first."""
        outbox = rows.OUTBOX
        statement = (
            select(outbox.c.id, outbox.c.kind, outbox.c.release, outbox.c.attempts)
            .where(outbox.c.lake == self.lake, outbox.c.delivered.is_(None))
            .order_by(outbox.c.id)
        )
        with self.database.reading() as connection:
            return [Notice(*row) for row in connection.execute(statement)]

    def delivered(self, notice: Notice, error: str = "") -> None:
        """A notice was told, or its telling failed and will be tried again."""
        outbox = rows.OUTBOX
        values: dict[str, Any] = {
            "attempts": outbox.c.attempts + 1,
            "error": error[:_ERROR_LENGTH],
        }
        if not error:
            values["delivered"] = rows.to_text(datetime.now(UTC))
        with self.database.writing(durable=False) as connection:
            connection.execute(update(outbox).where(outbox.c.id == notice.id).values(**values))

    # -- the audit -------------------------------------------------------------------------

    def record(self, entry: AuditEntry) -> None:
        """Append to the audit."""
        with self.database.writing(durable=False) as connection:
            connection.execute(
                insert(rows.AUDIT).values(
                    lake=self.lake,
                    at=rows.to_text(entry.at),
                    actor=entry.actor,
                    action=entry.action,
                    subject=entry.subject,
                    run_id=entry.run_id,
                    outcome=entry.outcome,
                    access=json.dumps(
                        {
                            "reads": [pin_record(pin) for pin in entry.access.reads],
                            "writes": [str(table) for table in entry.access.writes],
                        }
                    ),
                    facts=json.dumps(plain(dict(entry.facts))),
                )
            )

    def audit(self, run_id: str = "", limit: int = 1000) -> list[AuditEntry]:
        """The audit, newest first; of one run when named."""
        audit = rows.AUDIT
        statement = (
            select(audit)
            .where(audit.c.lake == self.lake)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        if run_id:
            statement = statement.where(audit.c.run_id == run_id)
        with self.database.reading() as connection:
            return [_entry(row) for row in connection.execute(statement)]

    # -- runs ------------------------------------------------------------------------------

    def save_run(self, run: RunRecord) -> None:
        """Remember a run, or its new state."""
        runs = rows.RUNS
        values = {
            "product": str(run.product),
            "state": run.state,
            "actor": run.actor,
            "started": rows.to_text(run.started),
            "ended": rows.to_text(run.ended) if run.ended else None,
            "facts": json.dumps(plain(dict(run.facts))),
        }
        with self.database.writing(durable=False) as connection:
            known = and_(runs.c.lake == self.lake, runs.c.run_id == run.run_id)
            done = connection.execute(update(runs).where(known).values(**values))
            if not done.rowcount:
                connection.execute(
                    insert(runs).values(lake=self.lake, run_id=run.run_id, **values)
                )

    def runs(self, product: ProductName | None = None) -> list[RunRecord]:
        """The runs, newest first; a running one whose branch has ended shows as lost."""
        runs, branches = rows.RUNS, rows.BRANCHES
        statement = (
            select(runs, branches.c.state.label("branch"), branches.c.lease_until)
            .select_from(
                runs.outerjoin(
                    branches,
                    and_(branches.c.lake == runs.c.lake, branches.c.run_id == runs.c.run_id),
                )
            )
            .where(runs.c.lake == self.lake)
            .order_by(runs.c.started.desc(), runs.c.run_id)
        )
        if product is not None:
            statement = statement.where(runs.c.product == str(product))
        with self.database.reading() as connection:
            now = self.database.now(connection)
            return [self._run(row, now) for row in connection.execute(statement)]

    def _run(self, row: Row[Any], now: datetime) -> RunRecord:
        state = row.state
        if state == _RUNNING:
            state = self._life(row, now)
        return RunRecord(
            run_id=row.run_id,
            product=ProductName.parse(row.product),
            state=state,
            started=rows.to_moment(row.started),
            actor=row.actor,
            ended=rows.to_moment(row.ended) if row.ended else None,
            facts=json.loads(row.facts),
        )

    def _life(self, row: Row[Any], now: datetime) -> str:
        """What a run that never said its end has come to, as far as its branch tells."""
        if row.branch is None:
            alive = rows.to_moment(row.started) + self.patience > now
        elif row.branch == BranchState.PUBLISHED:
            return BranchState.PUBLISHED.value
        else:
            alive = row.branch == BranchState.OPEN and row.lease_until > rows.to_text(now)
        return _RUNNING if alive else _LOST

    # -- landings --------------------------------------------------------------------------

    def land(self, connection: Connection, landing: Landing, location: str) -> None:
        """Remember where a landed version came from, as part of its publication."""
        connection.execute(
            insert(rows.LANDINGS).values(
                lake=self.lake,
                table_namespace=landing.table.schema,
                table_name=landing.table.table,
                digest=landing.digest,
                source=landing.source,
                media_type=landing.media_type,
                size=landing.size,
                rows=landing.rows,
                snapshot_id=landing.snapshot_id,
                location=location,
                created=rows.to_text(landing.created or datetime.now(UTC)),
            )
        )

    def landing(self, table: TableName, digest: str) -> tuple[Landing, str] | None:
        """The newest landing of these bytes in a table, and the metadata it left."""
        landings = rows.LANDINGS
        statement = (
            select(landings)
            .where(
                landings.c.lake == self.lake,
                landings.c.table_namespace == table.schema,
                landings.c.table_name == table.table,
                landings.c.digest == digest,
            )
            .order_by(landings.c.id.desc())
            .limit(1)
        )
        with self.database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        return (
            Landing(
                table=table,
                source=row.source,
                media_type=row.media_type,
                size=row.size,
                digest=row.digest,
                rows=row.rows,
                snapshot_id=row.snapshot_id,
                created=rows.to_moment(row.created),
            ),
            row.location,
        )


def parse_release(text: str) -> tuple[ProductName, str]:
    """Product and version of a notice's release, `domain/product@version`."""
    name, at, version = text.rpartition("@")
    if not at:
        raise NameNotFound("release", text)
    return ProductName.parse(name), version


def _entry(row: Row[Any]) -> AuditEntry:
    access = json.loads(row.access)
    return AuditEntry(
        at=rows.to_moment(row.at),
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        run_id=row.run_id,
        access=Access(
            tuple(to_pin(pin) for pin in access["reads"]),
            tuple(TableName.parse(table) for table in access["writes"]),
        ),
        outcome=row.outcome,
        facts=json.loads(row.facts),
    )
