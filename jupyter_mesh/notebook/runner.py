"""Runs a notebook from top to bottom in a process of its own and keeps the executed copy."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jupyter_mesh.errors import NotebookError, PromotionStopped, StorageError
from jupyter_mesh.model.runs import Progress, Run, Step
from jupyter_mesh.notebook.document import read
from jupyter_mesh.notebook.faults import sentence
from jupyter_mesh.notebook.parameters import checked
from jupyter_mesh.notebook.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from jupyter_mesh.model.runs import Plan
    from jupyter_mesh.notebook.document import Document

# How long a stopped worker may take to write its last copy before it is killed.
GRACE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class PapermillRunner:
    """Implements the protocol NotebookRunner with papermill.

    Executed copies go to `runs`/run id/; `kernel` is a kernelspec's name, `python3` meaning
    the interpreter of this process; `timeout` are the seconds one cell may take, `run_timeout`
    the whole notebook, 0 without limit. A kernel that says nothing for `start_timeout` seconds
    is replaced by another, which has twice as long. `secrets` gives the values that are masked
    in the copy and in errors.
    """

    runs: Path
    kernel: str = "python3"
    timeout: float = 3600
    run_timeout: float = 0
    start_timeout: int = 30
    secrets: Callable[[], Sequence[str]] = field(default=tuple, repr=False)

    def run(
        self,
        plan: Plan,
        run_id: str,
        environment: Mapping[str, str],
        tell: Callable[[Progress], None],
        cancel: threading.Event | None = None,
    ) -> Run:
        """Execute the plan's notebook in its folder with the given environment variables added.

        Raises NotebookError with the cell, counting every cell of the notebook from 1, and
        InputError for parameters that it does not declare. PromotionStopped when `cancel` is
        set meanwhile. The source is never written to.
        """
        document = read(Path(plan.product.notebook))
        parameters = checked(document, plan.parameters)
        _refuse_what_cannot_run(document)
        executed = self._copy(document, run_id)
        secrets = list(self.secrets())
        job = {
            "executed": str(executed),
            "folder": str(document.path.parent),
            "parameters": parameters,
            "kernel": self.kernel,
            "cell_limit": self.timeout,
            "run_limit": self.run_timeout,
            "start_limit": self.start_timeout,
            "secrets": secrets,
        }
        started = datetime.now(UTC)
        watch = _Watch(document, executed, tell, (self.timeout, self.run_timeout))
        with _Process(job, environment) as process:
            tell(Progress(Step.RUN, f"Starting a kernel for {document.name}", 0, watch.total))
            for event in process.events(cancel):
                watch.take(event)
        if not watch.ended:
            raise watch.lost(process.status, Redactor(secrets).text(process.log))
        return Run(
            run_id,
            str(document.path),
            document.digest,
            str(executed),
            hashlib.sha256(executed.read_bytes()).hexdigest(),
            started,
            datetime.now(UTC),
            parameters,
            watch.environment,
            tuple(watch.seconds),
        )

    def _copy(self, document: Document, run_id: str) -> Path:
        """Put the bytes that were read where the copy grows: what runs is what was digested."""
        executed = self.runs / run_id / document.name
        try:
            executed.parent.mkdir(parents=True, exist_ok=True)
            executed.write_bytes(document.content)
        except OSError as error:
            raise StorageError(
                f"The executed copy cannot be written to {executed}: {error.strerror}.",
                remedy="Make room there, or make the folder writable.",
            ) from error
        return executed


def _refuse_what_cannot_run(document: Document) -> None:
    if document.language != "python":
        raise NotebookError(
            f"{document.name} is written in {document.language}; a promotion runs Python.",
            remedy="Choose a Python kernel for it and save it.",
            notebook=str(document.path),
        )
    if not document.code:
        raise NotebookError(
            f"{document.name} has no code cell, so it stages nothing.",
            remedy="Write one that stages each output port: mesh.stage(PORT, frame).",
            notebook=str(document.path),
        )


@dataclass
class _Watch:
    """What the events of one run add up to."""

    document: Document
    executed: Path
    tell: Callable[[Progress], None]
    limits: tuple[float, float]
    ended: bool = False
    environment: tuple[str, ...] = ()
    seconds: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many cells will run."""
        return len(self.document.code)

    def take(self, event: dict[str, Any]) -> None:
        """Take one event in and pass it on; NotebookError for one that ends the run badly."""
        kind = event["event"]
        if kind == "cell" and event["cell"]:
            text = f"Cell {event['cell']}: {event['text']}"
            self.tell(Progress(Step.RUN, text, len(self.seconds), self.total))
        elif kind == "done" and event["cell"]:
            self.seconds.append(event["seconds"])
            text = f"Cell {event['cell']} took {event['seconds']:.1f} s"
            self.tell(Progress(Step.RUN, text, len(self.seconds), self.total))
        elif kind == "again":
            text = f"The kernel did not answer; starting another for {self.document.name}"
            self.tell(Progress(Step.RUN, text, 0, self.total))
        elif kind == "end":
            self.ended = True
            self.environment = tuple(event["environment"])
        elif kind == "fault":
            raise sentence(event, self.document, str(self.executed), self.limits)

    def lost(self, status: int | None, log: str) -> NotebookError:
        """The process ended without a closing word."""
        last = log.strip().splitlines()[-1:] or ["it said nothing"]
        return NotebookError(
            f"The process that ran {self.document.name} ended with {status}: {last[0]}",
            remedy=f"Promote again; what was executed is in {self.executed}.",
            notebook=str(self.executed),
        )


class _Process:
    """The worker process and the kernel that it started, ended together."""

    def __init__(self, job: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._job = job
        self._environment = {**os.environ, **environment}
        self._kernel = 0
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.status: int | None = None
        self.log = ""

    def __enter__(self) -> Self:
        # No file on disk: what libraries print may hold what nobody should find there.
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "jupyter_mesh.notebook.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=self._environment,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        with suppress(BrokenPipeError):
            self._stdin.write(json.dumps(self._job).encode() + b"\n")
            self._stdin.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._signal(self._process.pid, signal.SIGTERM)
        try:
            self.status = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(self._process.pid, signal.SIGKILL)
            self.status = self._process.wait()
        finally:
            # What the notebook left running in the background goes with its kernel.
            self._signal(self._kernel, signal.SIGKILL)
            with suppress(BrokenPipeError):
                self._stdin.close()
            self._errors.seek(0)
            self.log = self._errors.read().decode(errors="replace")
            self._errors.close()

    def events(self, cancel: threading.Event | None) -> Iterator[dict[str, Any]]:
        """What the worker says, until its last word; PromotionStopped when `cancel` is set."""
        while True:
            if cancel is not None and cancel.is_set():
                raise PromotionStopped("The promotion was stopped while the notebook ran.")
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                continue
            if not line:
                return
            event = json.loads(line)
            if event["event"] == "kernel":
                self._kernel = event["pid"]
            yield event

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            with stream:
                for line in stream:
                    self._lines.put(line)
        self._lines.put(b"")

    @property
    def _stdin(self) -> IO[bytes]:
        stream = self._process.stdin
        if stream is None:
            raise StorageError("The process that runs notebooks has no input.")
        return stream

    @staticmethod
    def _signal(group: int, number: signal.Signals) -> None:
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
