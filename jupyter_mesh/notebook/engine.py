"""The papermill engine of a promotion: saves seldom, tells every cell, sees every error."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import nbformat

    from jupyter_mesh.notebook.redact import Redactor

NAME = "jupyter-mesh"
# papermill writes the whole file twice a cell, which is quadratic: 500 cells took a minute.
LEAST_SECONDS_BETWEEN_SAVES = 2.0
SAVES_COST_AT_MOST_ONE_PART_IN = 20
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Fault(Exception):
    """Why a run stopped: its kind, the source's cell and line, and what Python said."""

    def __init__(
        self, kind: str, cell: int = 0, *, line: int = 0, name: str = "", text: str = ""
    ) -> None:
        super().__init__(kind, cell, name, text)
        self.kind, self.cell, self.line, self.name, self.text = kind, cell, line, name, text


class Saver(NotebookExecutionManager):  # type: ignore[misc]
    """Keeps the executed copy on disk: seldom while it runs, always at the end."""

    def __init__(self, nb: nbformat.NotebookNode, path: Path, redactor: Redactor) -> None:
        super().__init__(nb, str(path), progress_bar=False, autosave_cell_every=0)
        self.path, self.redactor = path, redactor
        self._next = 0.0

    def save(self, **_ignored: Any) -> None:  # noqa: ANN401 - papermill's own keywords
        """Write the copy, unless that was done a moment ago."""
        began = monotonic()
        if began < self._next:
            return
        partial = self.path.with_name(f"{self.path.name}.part")
        # Not by nbformat, which copies and validates it all again each time: that would be
        # half of what a run of many small cells costs.
        # Nor with indents before the end: only without them the fast encoder is taken.
        indent = 1 if self.end_time else None
        text = json.dumps(self.redactor.clean(self.nb), ensure_ascii=False, indent=indent)
        partial.write_text(f"{text}\n", encoding="utf-8")
        os.replace(partial, self.path)
        cost = monotonic() - began
        pause = max(LEAST_SECONDS_BETWEEN_SAVES, SAVES_COST_AT_MOST_ONE_PART_IN * cost)
        self._next = monotonic() + pause

    def cell_complete(self, cell: nbformat.NotebookNode, **_ignored: Any) -> None:  # noqa: ANN401
        """Note when and how the cell ended."""
        block = cell.metadata.papermill
        ended = self.now()
        block["end_time"] = ended.isoformat()
        block["duration"] = (
            ended - datetime.fromisoformat(block["start_time"])
        ).total_seconds()
        if block["status"] != self.FAILED:
            block["status"] = self.COMPLETED
        self.save()

    def autosave_cell(self, **_ignored: Any) -> None:  # noqa: ANN401
        """While a cell runs its output is kept too, at the same pace."""
        self.save()

    def notebook_complete(self, **_ignored: Any) -> None:  # noqa: ANN401
        """Write the last state whatever happened; cells that never ran stay pending."""
        self.end_time = self.now()
        block = self.nb.metadata.papermill
        block["end_time"] = self.end_time.isoformat()
        block["duration"] = (self.end_time - self.start_time).total_seconds()
        self._next = 0.0
        self.save()


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Runs the cells one by one and says what happens as plain dictionaries."""

    def __init__(
        self,
        saver: Saver,
        watch: Callable[[dict[str, Any]], None],
        limits: tuple[float, float],
        is_stopped: Callable[[], bool],
        **kwargs: Any,  # noqa: ANN401 - nbclient's own settings
    ) -> None:
        self._cell_limit, run_limit = limits
        self._is_stopped = is_stopped
        self._asked: dict[str, Any] = {}
        self._deadline = monotonic() + run_limit if run_limit else inf
        self._watch = watch
        # iopub lags behind a reply when a cell prints much: that is slow, not an error.
        super().__init__(saver, timeout_func=self._limit, iopub_timeout=60, **kwargs)

    def start_new_kernel(self, **kwargs: Any) -> None:  # noqa: ANN401 - nbclient's own settings
        """Start the kernel and tell its process, so that it can be ended from outside."""
        self._asked = kwargs
        super().start_new_kernel(**kwargs)
        self._watch({"event": "kernel", "pid": self.km.provisioner.pid})

    def start_new_kernel_client(self) -> None:
        """Wait for the kernel's first word; one that has none is replaced once.

        Rarely a kernel starts and never answers, or finds its ports taken.
        """
        self.shutdown_kernel = "immediate"
        try:
            super().start_new_kernel_client()
        except RuntimeError:
            if self._is_stopped():
                raise
            self._watch({"event": "again"})
            self.startup_timeout *= 2
            self.km = self.create_kernel_manager()
            self.start_new_kernel(**self._asked)
            super().start_new_kernel_client()
        self.shutdown_kernel = "graceful"

    def execute(self, **kwargs: Any) -> None:  # noqa: ANN401 - start_kernel's
        """Run every cell; Fault says where and why it stopped."""
        self.reset_execution_trackers()
        with self.setup_kernel(**kwargs):
            try:
                self.papermill_execute_cells()
                self.set_widgets_metadata()
            except BaseException:
                self.shutdown_kernel = "immediate"
                raise

    def papermill_execute_cells(self) -> None:
        """Run the cells in order, stopping at the first that is not right."""
        # All in one turn of the loop: entering it for each cell is felt with many small ones.
        run_sync(self._cells)()

    async def _cells(self) -> None:
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type == "code" and cell.source.strip():
                await self._run(index, cell)
                self._look(index, cell)

    async def _run(self, index: int, cell: nbformat.NotebookNode) -> None:
        number = number_of(cell)
        began = monotonic()
        self._watch({"event": "cell", "cell": number, "text": _title(cell.source)})
        self.nb_man.cell_start(cell, index)
        fault: Fault | None = None
        try:
            await self.async_execute_cell(cell, index)
        except CellExecutionError as error:
            fault = Fault("error", number, name=error.ename, text=error.evalue)
        except CellTimeoutError:
            late = monotonic() >= self._deadline
            fault = Fault("run limit" if late else "cell limit", number)
        except DeadKernelError:
            fault = Fault("died", number, text=str(self._exit_code()))
        if fault is not None:
            self.nb_man.cell_exception(cell, index)
        self.nb_man.cell_complete(cell)
        self._watch({"event": "done", "cell": number, "seconds": monotonic() - began})
        if fault is not None and fault.kind != "error":
            raise fault

    def _look(self, index: int, cell: nbformat.NotebookNode) -> None:
        """Raise for an error among the outputs, whether it stopped the cell or not."""
        errors = [output for output in cell.outputs if output.output_type == "error"]
        stopped = cell.metadata.papermill["exception"] is True
        if not errors and not stopped:
            return
        said: dict[str, Any] = errors[-1] if errors else {"ename": "Error", "evalue": ""}
        number = number_of(cell)
        if said["ename"] == "SystemExit" and said["evalue"] in {"", "0", "None"}:
            if any(c.cell_type == "code" and c.source.strip() for c in self._after(index)):
                raise Fault("exit", number)
            return
        raise Fault(
            "error" if stopped else "printed",
            number,
            line=_line(said.get("traceback", ())),
            name=said["ename"],
            text=said["evalue"],
        )

    def _after(self, index: int) -> list[nbformat.NotebookNode]:
        return list(self.nb.cells[index + 1 :])

    def _limit(self, _cell: nbformat.NotebookNode) -> float:
        left = min(self._cell_limit or inf, self._deadline - monotonic())
        return 0 if left == inf else max(left, 0.001)

    def _exit_code(self) -> int | None:
        process = self.km.provisioner.process
        return process.poll() if process is not None else None


class MeshEngine(Engine):  # type: ignore[misc]
    """papermill's way in: everything a run needs comes as keywords."""

    @classmethod
    def execute_notebook(
        cls,
        nb: nbformat.NotebookNode,
        kernel_name: str,
        *,
        output_path: Path,
        redactor: Redactor,
        watch: Callable[[dict[str, Any]], None],
        limits: tuple[float, float],
        start_limit: int,
        is_stopped: Callable[[], bool],
        cwd: str,
    ) -> nbformat.NotebookNode:
        """Run the notebook in a new kernel, keeping the executed copy at `output_path`."""
        saver = Saver(nb, output_path, redactor)
        saver.notebook_start()
        try:
            client = Client(
                saver,
                watch,
                limits,
                is_stopped,
                kernel_name=kernel_name,
                startup_timeout=start_limit,
            )
            client.execute(cwd=cwd)
        finally:
            saver.notebook_complete()
        return nb


def register() -> None:
    """Make the engine known to papermill."""
    papermill_engines.register(NAME, MeshEngine)


def number_cells(nb: nbformat.NotebookNode) -> None:
    """Write each cell's number in the source into it: an injected cell shifts the copy's."""
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata["mesh"] = {"cell": number}


def number_of(cell: nbformat.NotebookNode) -> int:
    """The cell's number in the source; 0 for the injected parameters."""
    return int(cell.metadata.get("mesh", {}).get("cell", 0))


def _title(source: str) -> str:
    return source.strip().splitlines()[0][:80]


def _line(traceback: list[str]) -> int:
    lines = _LINE.findall(_COLOURS.sub("", "\n".join(traceback)))
    return int(lines[-1]) if lines else 0
