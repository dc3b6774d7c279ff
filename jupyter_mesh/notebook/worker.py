"""The process that runs one notebook: a job comes in on standard input, events go out.

`python -m jupyter_mesh.notebook.worker` reads one line of JSON, runs the notebook with
papermill, and writes one line of JSON for each thing that happens. When its standard input
closes, whoever started it is gone: the kernel is ended and so is the process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType
    from typing import TextIO

KERNEL = "python3"
# After the kernel was killed the last copy is written; that takes moments or something hangs.
GRACE_SECONDS = 5.0


class Worker:
    """Runs one job and can be stopped at any moment, by a signal or by a closed pipe."""

    def __init__(self, job: dict[str, Any], out: TextIO) -> None:
        self.job, self.out = job, out
        self.kernel = 0
        self.stopped = threading.Event()

    def tell(self, event: dict[str, Any]) -> None:
        """Write one event; a reader that is gone is noticed by the closed standard input."""
        if event["event"] == "kernel":
            self.kernel = event["pid"]
            if self.stopped.is_set():
                self.stop()
        with suppress(BrokenPipeError):
            self.out.write(json.dumps(event) + "\n")
            self.out.flush()

    def stop(self) -> None:
        """Kill the kernel: the run then ends by itself and keeps its executed copy."""
        self.stopped.set()
        if self.kernel:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.kernel, signal.SIGKILL)

    def watch_parent(self) -> None:
        """Block until standard input closes, then end."""
        # Unbuffered: a thread inside a buffered read would abort the interpreter's end.
        while os.read(0, 4096):
            pass
        self.stop()
        if not threading.Event().wait(GRACE_SECONDS):
            os._exit(1)

    def run(self, scratch: Path) -> dict[str, Any]:
        """Execute the notebook; the closing event."""
        from jupyter_mesh.notebook.redact import Redactor

        job = self.job
        redactor = Redactor(job["secrets"])
        try:
            kernel, python = _kernel(job["kernel"], scratch)
            command = [python, "-c", _lock_source()]
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, cwd=scratch
            ) as lock:
                try:
                    self._execute(kernel, redactor)
                except BaseException:
                    lock.kill()
                    raise
                lines, _nothing = lock.communicate()
        except Exception as error:  # whatever it is, the process that waits decides
            fault: dict[str, Any] = redactor.clean(_fault(error))
            return fault
        return {"event": "end", "environment": lines.splitlines()}

    def _execute(self, kernel: str, redactor: Any) -> None:  # noqa: ANN401 - a Redactor
        import nbformat
        from papermill.engines import papermill_engines
        from papermill.parameterize import parameterize_notebook

        from jupyter_mesh.notebook import engine

        job = self.job
        path = Path(job["executed"])
        nb = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        engine.number_cells(nb)
        # Without paths: papermill's own loader would write them into the copy, and its names
        # go through str.format, where a brace in a file name breaks.
        nb.metadata["papermill"] = {"parameters": job["parameters"]}
        for cell in nb.cells:
            cell.metadata.setdefault("tags", [])
        if job["parameters"]:
            nb = parameterize_notebook(
                nb, job["parameters"], kernel_name=KERNEL, language="python"
            )
        engine.register()
        if self.stopped.is_set():
            raise engine.Fault("died")
        papermill_engines.execute_notebook_with_engine(
            engine.NAME,
            nb,
            kernel,
            output_path=path,
            redactor=redactor,
            watch=lambda event: self.tell(redactor.clean(event)),
            limits=(job["cell_limit"], job["run_limit"]),
            start_limit=job["start_limit"],
            is_stopped=self.stopped.is_set,
            cwd=job["folder"],
        )


def _kernel(name: str, scratch: Path) -> tuple[str, str]:
    """The kernel's name and its Python.

    `python3` is this very interpreter, whatever a kernelspec of that name on this machine
    says: it may be missing, or belong to another environment.
    """
    if name != KERNEL:
        from jupyter_client.kernelspec import KernelSpecManager

        return name, str(KernelSpecManager().get_kernel_spec(name).argv[0])
    folder = scratch / "data" / "kernels" / "jupyter-mesh"
    folder.mkdir(parents=True)
    start = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher"]
    spec = {
        "argv": [*start, "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    search = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(scratch / "data"), search]))
    return "jupyter-mesh", sys.executable


def _import_lightly() -> None:
    """Leave out an optional part of jsonschema that takes longer to import than all the rest.

    nbformat validates notebooks with jsonschema, which would load a grammar for checking
    international addresses; no notebook's schema asks for that.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _lock_source() -> str:
    return Path(__file__).with_name("environment.py").read_text(encoding="utf-8")


def _fault(error: Exception) -> dict[str, Any]:
    from jupyter_client.kernelspec import NoSuchKernel

    from jupyter_mesh.notebook.engine import Fault

    if isinstance(error, Fault):
        told = {"kind": error.kind, "cell": error.cell, "line": error.line}
        return {"event": "fault", **told, "name": error.name, "text": error.text}
    kind = "no kernel" if isinstance(error, NoSuchKernel) else "broken"
    return {"event": "fault", "kind": kind, "name": type(error).__name__, "text": str(error)}


def main() -> None:
    """Run the one job that standard input brings."""
    # Whatever a library prints must not stand among the events.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(json.loads(sys.stdin.buffer.readline()), out)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=worker.watch_parent, daemon=True).start()
    with TemporaryDirectory(prefix="mesh-run-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        # Startup files and history of the person who promotes are no part of the product.
        os.environ["IPYTHONDIR"] = str(scratch / "ipython")
        os.environ["JUPYTER_RUNTIME_DIR"] = str(scratch / "runtime")
        _import_lightly()
        worker.tell(worker.run(scratch))


if __name__ == "__main__":
    main()
