"""What went wrong in a run, as the sentence that a person reads."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from jupyter_mesh import errors

if TYPE_CHECKING:
    from jupyter_mesh.notebook.document import Document

LONGEST = 2000


def sentence(
    fault: dict[str, Any], document: Document, executed: str, limits: tuple[float, float]
) -> errors.NotebookError:
    """The fault as an error that names cell, reason and the executed copy."""
    cell = int(fault.get("cell", 0))
    what, remedy = _TELLING.get(fault["kind"], _broken)(fault, document, limits)
    kept = f"The executed copy is {executed}."
    return errors.NotebookError(
        what, remedy=f"{remedy}\n{kept}" if remedy else kept, cell=cell, notebook=executed
    )


_Told = tuple[str, str]
_Limits = tuple[float, float]


def _error(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    return f"{document.name} stopped in {_place(fault)}: {_said(fault)}", ""


def _printed(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    return (
        f"{document.name} shows an error in {_place(fault)} and went on: {_said(fault)}",
        "Let the error end the cell, or handle it without showing it.",
    )


def _exit(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    left = [cell.number for cell in document.code if cell.number > fault["cell"]]
    cells = f"cell {left[0]}" if len(left) == 1 else f"cells {left[0]} to {left[-1]}"
    return (
        f"{document.name} ended itself in {_place(fault)}, so {cells} never ran.",
        "Take the exit away, or put what should not run into an if.",
    )


def _died(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    code = int(fault["text"]) if fault["text"].lstrip("-").isdigit() else None
    if code == -signal.SIGKILL:
        return (
            f"The kernel was killed in {_place(fault)} of {document.name}.",
            "Most often memory ran out: read less, or let SQL do the work.",
        )
    if code is not None and code < 0:
        why = f"by signal {-code} ({signal.strsignal(-code) or 'unknown'})"
        return f"The kernel crashed in {_place(fault)} of {document.name}, {why}.", ""
    how = "" if code is None else f" with exit code {code}"
    return (
        f"The kernel ended{how} before {_place(fault)} of {document.name} was done.",
        "A notebook must not end its own kernel: no exit(), quit() or os._exit().",
    )


def _slow_cell(fault: dict[str, Any], document: Document, limits: _Limits) -> _Told:
    return (
        f"{_place(fault).capitalize()} of {document.name} took longer than {limits[0]:g} s.",
        "Make it faster, or raise cell_timeout in mesh.yaml.",
    )


def _slow_run(fault: dict[str, Any], document: Document, limits: _Limits) -> _Told:
    return (
        f"{document.name} took longer than {limits[1]:g} s; it was in {_place(fault)}.",
        "Make it faster, or give the run more time.",
    )


def _no_kernel(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    return (
        f"{document.name} cannot run: {fault['text'].rstrip('.')}.",
        "List the kernels with jupyter kernelspec list, or use python3.",
    )


def _broken(fault: dict[str, Any], document: Document, _limits: _Limits) -> _Told:
    if fault.get("name") in {"OSError", "PermissionError"}:
        remedy = "Make room on the disk, or make the folder of runs writable."
    else:
        remedy = "Check that ipykernel is installed beside this package, and promote again."
    return f"{document.name} could not be run: {_said(fault)}", remedy


_TELLING = {
    "error": _error,
    "printed": _printed,
    "exit": _exit,
    "died": _died,
    "cell limit": _slow_cell,
    "run limit": _slow_run,
    "no kernel": _no_kernel,
}


def _place(fault: dict[str, Any]) -> str:
    if not fault.get("cell"):
        return "the cell of the given parameters"
    line = f", line {fault['line']}" if fault.get("line") else ""
    return f"cell {fault['cell']}{line}"


def _said(fault: dict[str, Any]) -> str:
    """What Python said; our own errors are sentences already and stand as they are."""
    name, text = str(fault.get("name", "")), str(fault.get("text", "")).strip()
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} ..."
    kind = getattr(errors, name, None) if name.isidentifier() else None
    if isinstance(kind, type) and issubclass(kind, errors.MeshError) and text:
        return text
    return f"{name}: {text}" if text else name
