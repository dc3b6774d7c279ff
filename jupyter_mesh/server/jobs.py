"""Promotions as processes: started, followed, stopped, and told of when they were lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_mesh.errors import ConflictError, MeshError
from jupyter_mesh.model.jobs import Job, JobState, lost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jupyter_mesh.catalog.jobs import Jobs
    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.names import ProductName

# A stopped promotion undoes what it began; that takes moments, or something hangs.
GRACE_SECONDS = 10.0
_HEARTBEAT = 5.0
_LOOK = 1.0


class Promotions:
    """Runs each promotion in a process of its own, so many at once; the rest wait their turn.

    The state of record is in the mesh database, where the process writes it itself: it goes on
    when this server ends. `tell` hears what moves, from any thread, as plain JSON.
    """

    def __init__(self, tell: Callable[[Mapping[str, Any]], None], at_once: int = 2) -> None:
        self._tell = tell
        self._room = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        # The jobs that this server follows, each with what stops it while it waits.
        self._followed: dict[str, threading.Event] = {}

    def start(self, mesh: Mesh, product: ProductName, parameters: Mapping[str, Any]) -> Job:
        """Begin a promotion, or let it wait for its turn."""
        job = Job(
            id=uuid4().hex,
            product=product,
            actor=mesh.session.actor.user,
            started=datetime.now(UTC),
            parameters=parameters,
            host=socket.gethostname(),
            process=os.getpid(),
            text="Waiting for its turn",
        )
        jobs = mesh.parts.home.jobs
        jobs.save(job)
        order = {
            "id": job.id,
            "mesh": str(mesh.parts.settings.root),
            "product": str(product),
            "parameters": dict(parameters),
            "user": mesh.session.actor.user,
            "groups": mesh.session.actor.groups,
        }
        with self._lock:
            stopped = self._followed[job.id] = threading.Event()
        follow = (job, jobs, order, mesh.parts.settings.root, stopped)
        threading.Thread(target=self._follow, args=follow, daemon=True).start()
        return job

    def all(self, jobs: Jobs, product: ProductName | None = None, state: str = "") -> list[Job]:
        """The jobs as they are, newest first; one whose process is gone is lost from now on."""
        if state not in {"", JobState.RUNNING.value, JobState.LOST.value}:
            return jobs.all(product, state)
        # Asking for the running ones may show that some of them are lost.
        found = [self.seen(jobs, job) for job in jobs.all(product)]
        return [job for job in found if not state or job.state == state]

    def seen(self, jobs: Jobs, job: Job) -> Job:
        """The job as it is: lost when its process on this machine is gone."""
        if not job.is_running:
            return job
        with self._lock:
            is_ours = job.id in self._followed
        if is_ours:
            return job
        if job.host == socket.gethostname() and not _is_alive(job.process):
            gone = lost(job, datetime.now(UTC))
            return gone if jobs.conclude(gone) else jobs.find(job.id)
        self._watch(jobs, job)
        return job

    def cancel(self, jobs: Jobs, job_id: str) -> Job:
        """Ask a job to stop, and end its process when it does not; ConflictError at its end."""
        job = self.seen(jobs, jobs.find(job_id))
        if not job.is_running:
            raise ConflictError(
                f"The promotion of {job.product} has ended already: {job.state.value}.",
                remedy="There is nothing to stop.",
            )
        with self._lock:
            stopped = self._followed.get(job_id)
        if stopped is not None:
            stopped.set()
        if job.host != socket.gethostname():
            raise ConflictError(
                f"The promotion of {job.product} runs on {job.host}.",
                remedy="Stop it from the Jupyter Server of that machine.",
            )
        if job.process != os.getpid():
            _signal(job.process, signal.SIGINT)
            threading.Thread(target=_insist, args=(jobs, job), daemon=True).start()
        return job

    # -- inside ------------------------------------------------------------------------------

    def _follow(
        self,
        job: Job,
        jobs: Jobs,
        order: Mapping[str, Any],
        folder: Path,
        stopped: threading.Event,
    ) -> None:
        """Wait for the turn, run the process, and see to it that the job has an end."""
        try:
            self._heard(job)
            if not self._turn(job, jobs, stopped):
                self._conclude(jobs, stopped_in_time(job))
                return
            try:
                self._run(job, jobs, order, folder, stopped)
            finally:
                self._room.release()
        except MeshError as error:
            self._conclude(
                jobs, job.concluded(JobState.FAILED, datetime.now(UTC), "", error.details())
            )
        finally:
            with self._lock:
                self._followed.pop(job.id, None)

    def _turn(self, job: Job, jobs: Jobs, stopped: threading.Event) -> bool:
        while not stopped.is_set():
            if self._room.acquire(timeout=_HEARTBEAT / 10):
                if not stopped.is_set():
                    return True
                self._room.release()
            else:
                jobs.touch(job.id)
        return False

    def _run(
        self,
        job: Job,
        jobs: Jobs,
        order: Mapping[str, Any],
        folder: Path,
        stopped: threading.Event,
    ) -> None:
        # No file on disk: what libraries print may hold what nobody should find there.
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "jupyter_mesh.server.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                start_new_session=True,
            )
            jobs.save(replace(job, process=process.pid, text="Starting"))
            if stopped.is_set():
                _signal(process.pid, signal.SIGINT)
            self._listen(process, order)
            status = process.wait()
            errors.seek(0)
            said = errors.read()[-20_000:].decode(errors="replace")
        last = jobs.find(job.id)
        if last.is_running:
            self._conclude(jobs, _unspoken(last, status, said, was_stopped=stopped.is_set()))

    def _listen(self, process: subprocess.Popen[bytes], order: Mapping[str, Any]) -> None:
        if process.stdin is None or process.stdout is None:
            return
        with suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(json.dumps(order).encode() + b"\n")
        with process.stdout as stdout:
            for line in stdout:
                with suppress(ValueError):
                    self._tell(json.loads(line))

    def _conclude(self, jobs: Jobs, job: Job) -> None:
        # When even the database fails, the job goes silent and shows as lost.
        with suppress(MeshError):
            jobs.conclude(job)
        self._heard(job)

    def _heard(self, job: Job) -> None:
        self._tell(heard(job))

    def _watch(self, jobs: Jobs, job: Job) -> None:
        """Follow a job that another server began, by looking, until it ends."""
        with self._lock:
            if job.id in self._followed:
                return
            self._followed[job.id] = threading.Event()
        threading.Thread(target=self._look, args=(jobs, job), daemon=True).start()

    def _look(self, jobs: Jobs, job: Job) -> None:
        pause = threading.Event()
        try:
            while job.is_running:
                pause.wait(_LOOK)
                now = jobs.find(job.id)
                gone = now.host == socket.gethostname() and not _is_alive(now.process)
                if now.is_running and gone:
                    now = lost(now, datetime.now(UTC))
                    jobs.conclude(now)
                if heard(now) != heard(job):
                    self._heard(now)
                job = now
        except MeshError:
            # The database is away: whoever asks next is told so.
            return
        finally:
            with self._lock:
                self._followed.pop(job.id, None)


def heard(job: Job) -> dict[str, Any]:
    """What of a job is told to everybody who listens: no text, no values."""
    return {
        "id": job.id,
        "product": str(job.product),
        "state": job.state.value,
        "step": job.step,
        "done": job.done,
        "total": job.total,
    }


def stopped_in_time(job: Job) -> Job:
    """The job, stopped before anything was published."""
    text = f"The promotion of {job.product} was stopped; nothing has changed."
    return job.concluded(JobState.CANCELLED, datetime.now(UTC), text)


def _unspoken(job: Job, status: int, said: str, *, was_stopped: bool) -> Job:
    """The end of a job whose process ended without a closing word."""
    if was_stopped:
        return stopped_in_time(job)
    lines: Sequence[str] = [line for line in said.splitlines() if line.strip()] or [""]
    text = f"The process that promoted {job.product} ended with {status}. {lines[-1]}".strip()
    remedy = "Promote again; look into the log of Jupyter Server when it happens again."
    error = {"type": "ProcessEnded", "message": text, "remedy": remedy}
    return job.concluded(JobState.FAILED, datetime.now(UTC), text, error)


def _insist(jobs: Jobs, job: Job) -> None:
    """End the process of a job that does not stop when it is asked to."""
    pause = threading.Event()
    for _turn in range(int(GRACE_SECONDS * 10)):
        if not _is_alive(job.process):
            break
        pause.wait(0.1)
    else:
        _signal(job.process, signal.SIGKILL)
    with suppress(MeshError):
        pause.wait(0.2)
        last = jobs.find(job.id)
        if last.is_running:
            jobs.conclude(stopped_in_time(last))


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_ended(process)


def _is_ended(process: int) -> bool:
    """Whether the process has ended and only waits to be asked how (Linux tells)."""
    try:
        with open(f"/proc/{process}/stat", "rb") as state:
            return state.read().rpartition(b")")[2].split()[:1] == [b"Z"]
    except OSError:
        return False
