"""The process of one promotion: an order comes in on standard input, lines of JSON go out.

`python -m jupyter_mesh.server.worker` writes what happens to the mesh database, which is what
counts, and a line for each thing to whoever started it, who may be gone: then it goes on.
An interrupt stops the promotion before it is published.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import (
    ContractError,
    MeshError,
    NotebookError,
    PromotionRefused,
    PromotionStopped,
    StorageError,
)
from jupyter_mesh.formats.records import record
from jupyter_mesh.model.jobs import JobState
from jupyter_mesh.model.policy import Actor
from jupyter_mesh.model.runs import Step
from jupyter_mesh.server.jobs import heard, stopped_in_time

if TYPE_CHECKING:
    from types import FrameType
    from typing import TextIO

    from jupyter_mesh.catalog.jobs import Jobs
    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.jobs import Job
    from jupyter_mesh.model.runs import Progress, Release

# A notebook of quick cells says more than anybody reads; the database is asked no more often.
_PAUSE = 0.5
_HEARTBEAT = 5.0
# These come after the notebook has run, or say where it stopped.
_KEEPING = (NotebookError, ContractError, PromotionRefused)


class Telling:
    """Keeps a job's state in the database and tells it to whoever started the process."""

    def __init__(self, job: Job, jobs: Jobs, out: TextIO) -> None:
        self.job, self.jobs, self.out = job, jobs, out
        self._next = 0.0
        self._has_unsaid = False
        self._lock = threading.Lock()

    def hear(self, progress: Progress) -> None:
        """Take one thing in that has happened."""
        with self._lock:
            is_news = progress.step.value != self.job.step or progress.failed
            checks = tuple(record(check) for check in progress.checks)
            job = self.job.advanced(progress)
            self.job = replace(job, checks=(*job.checks, *checks))
            self._has_unsaid = True
            if is_news or checks or monotonic() >= self._next:
                self._keep()

    def end(self, job: Job) -> None:
        """Take the end in."""
        with self._lock:
            self.job = job
            self._keep()

    def _keep(self) -> None:
        # A database that is away for a moment must not end a promotion that could succeed.
        with suppress(StorageError):
            self.jobs.save(self.job)
            self._has_unsaid = False
        self._next = monotonic() + _PAUSE
        with suppress(BrokenPipeError, ValueError):
            self.out.write(json.dumps(heard(self.job)) + "\n")
            self.out.flush()

    def live(self, ended: threading.Event) -> None:
        """Say again and again that the process is alive, until it ends, and what came too soon
        after the thing before to be said at once.
        """
        due = monotonic() + _HEARTBEAT
        while not ended.wait(_PAUSE):
            with self._lock:
                if self._has_unsaid:
                    self._keep()
            if monotonic() >= due:
                due = monotonic() + _HEARTBEAT
                with suppress(MeshError):
                    self.jobs.touch(self.job.id)


def promote(mesh: Mesh, order: dict[str, Any], out: TextIO, stopped: threading.Event) -> None:
    """Carry out one order."""
    actor = Actor(order["user"], tuple(order["groups"]))
    mesh.session = replace(mesh.session, actor=actor)
    jobs = mesh.parts.home.jobs
    job = jobs.find(order["id"])
    job = replace(job, host=socket.gethostname(), process=os.getpid(), text="Planning")
    telling = Telling(job, jobs, out)
    ended = threading.Event()
    threading.Thread(target=telling.live, args=(ended,), daemon=True).start()
    try:
        telling.end(job)
        release = mesh.promote(
            order["product"], order["parameters"], tell=telling.hear, cancel=stopped
        )
    except Exception as error:
        telling.end(_failed(telling.job, error))
    else:
        telling.end(_published(telling.job, release, mesh))
    finally:
        ended.set()


def _published(job: Job, release: Release, mesh: Mesh) -> Job:
    name = release.product
    folder = mesh.parts.settings.products / name.domain / name.product
    executed = release.run.executed if release.run else ""
    ref = f"{name}@{release.version}"
    text = f"{name} {release.version} is published."
    job = job.concluded(JobState.PUBLISHED, datetime.now(UTC), text)
    return replace(
        job,
        release=ref,
        executed=os.path.normpath(folder / executed) if executed else "",
        checks=tuple(record(check) for check in release.checks),
        step=Step.ANNOUNCE.value,
    )


def _failed(job: Job, error: Exception) -> Job:
    if isinstance(error, PromotionStopped):
        return stopped_in_time(job)
    if not isinstance(error, MeshError):
        # Nobody can mend it but who reads the log, so there it is told in full.
        traceback.print_exception(error)
        text = "Something went wrong that should not have."
        error = MeshError(text, remedy="Look into the log of Jupyter Server.")
    state = JobState.REFUSED if isinstance(error, PromotionRefused) else JobState.FAILED
    details = record(error.details())
    job = job.concluded(state, datetime.now(UTC), error.message, details)
    if isinstance(error, PromotionRefused) and error.checks:
        job = replace(job, checks=tuple(record(check) for check in error.checks))
    kept = error.notebook if isinstance(error, _KEEPING) else ""
    if kept:
        # The panel opens it, so nobody has to read where it lies.
        lines = error.remedy.splitlines()
        details["remedy"] = "\n".join(line for line in lines if kept not in line)
        job = replace(job, executed=kept, error=details)
    return job


def main() -> None:
    """Carry out the one order that standard input brings."""
    from jupyter_mesh.mesh import Mesh

    # Whatever a library prints must not stand among the lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    order = json.loads(sys.stdin.buffer.readline())
    try:
        with Mesh.open(order["mesh"]) as mesh:
            promote(mesh, order, out, stopped)
    except MeshError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
