"""Jobs as rows: promotions that a server started, with the last sign of life of each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from jupyter_mesh.catalog import rows
from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.formats.cells import plain
from jupyter_mesh.model.jobs import Job, JobState, Stage, lost
from jupyter_mesh.model.names import ProductName

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.database import Database

_JOBS = rows.JOBS
# How long a running job may be silent before it counts as lost.
PATIENCE = timedelta(seconds=45)


class Jobs:
    """The jobs of one lake; whoever runs one says again and again that it is alive."""

    def __init__(self, lake: str, database: Database, patience: timedelta = PATIENCE) -> None:
        self.lake = lake
        self.database = database
        self.patience = patience

    def save(self, job: Job) -> None:
        """Remember a job, or its new state."""
        with self.database.writing(durable=not job.is_running) as connection:
            values = self._values(job) | {"alive": self._now(connection)}
            done = connection.execute(update(_JOBS).where(self._is(job.id)).values(**values))
            if not done.rowcount:
                connection.execute(insert(_JOBS).values(lake=self.lake, id=job.id, **values))

    def conclude(self, job: Job) -> bool:
        """Remember a job's end unless its end is known already; whether it was not."""
        with self.database.writing() as connection:
            running = and_(self._is(job.id), _JOBS.c.state == JobState.RUNNING.value)
            values = self._values(job)
            return (
                connection.execute(update(_JOBS).where(running).values(**values)).rowcount > 0
            )

    def touch(self, job_id: str) -> None:
        """Say that a job is alive."""
        with self.database.writing(durable=False) as connection:
            alive = self._now(connection)
            connection.execute(update(_JOBS).where(self._is(job_id)).values(alive=alive))

    def find(self, job_id: str) -> Job:
        """The job of that name; NameNotFound otherwise."""
        with self.database.reading() as connection:
            row = connection.execute(select(_JOBS).where(self._is(job_id))).first()
            if row is not None:
                return self._job(row, self._now(connection))
        raise NameNotFound("promotion", job_id, remedy="See what there is in the jobs panel.")

    def all(
        self, product: ProductName | None = None, state: str = "", limit: int = 200
    ) -> list[Job]:
        """The jobs, newest first; a running one that has gone silent is lost."""
        statement = (
            select(_JOBS)
            .where(_JOBS.c.lake == self.lake)
            .order_by(_JOBS.c.started.desc(), _JOBS.c.id)
        )
        if product is not None:
            statement = statement.where(_JOBS.c.product == str(product))
        if state:
            # What is kept as running may turn out to be lost.
            kept = {state} | ({JobState.RUNNING.value} if state == JobState.LOST else set())
            statement = statement.where(_JOBS.c.state.in_(kept))
        with self.database.reading() as connection:
            now = self._now(connection)
            found = [self._job(row, now) for row in connection.execute(statement.limit(1000))]
        return [job for job in found if not state or job.state == state][:limit]

    def _is(self, job_id: str) -> ColumnElement[bool]:
        return and_(_JOBS.c.lake == self.lake, _JOBS.c.id == job_id)

    def _now(self, connection: Connection) -> str:
        return rows.to_text(self.database.now(connection))

    def _values(self, job: Job) -> dict[str, Any]:
        facts = {
            "parameters": job.parameters,
            "step": job.step,
            "done": job.done,
            "total": job.total,
            "text": job.text,
            "stages": [[stage.step, stage.state, stage.text] for stage in job.stages],
            "cells": job.cells,
            "checks": job.checks,
            "release": job.release,
            "error": job.error,
            "executed": job.executed,
            "lines": job.lines,
        }
        return {
            "product": str(job.product),
            "state": job.state.value,
            "actor": job.actor,
            "started": rows.to_text(job.started),
            "ended": rows.to_text(job.ended) if job.ended else None,
            "host": job.host,
            "process": job.process,
            "facts": json.dumps(plain(facts)),
        }

    def _job(self, row: Row[Any], now: str) -> Job:
        facts = json.loads(row.facts)
        job = Job(
            id=row.id,
            product=ProductName.parse(row.product),
            actor=row.actor,
            started=rows.to_moment(row.started),
            state=JobState(row.state),
            ended=rows.to_moment(row.ended) if row.ended else None,
            host=row.host,
            process=row.process,
            **facts
            | {
                "stages": tuple(Stage(*stage) for stage in facts["stages"]),
                "cells": tuple(facts["cells"]),
                "checks": tuple(facts["checks"]),
                "lines": tuple(facts["lines"]),
            },
        )
        silent = rows.to_moment(row.alive) + self.patience < rows.to_moment(now)
        if job.is_running and silent:
            return lost(job, rows.to_moment(row.alive))
        return job
