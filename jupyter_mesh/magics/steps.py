"""The live steps of a promotion, below the line that started it."""

from __future__ import annotations

import sys
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.formats.cells import visible
from jupyter_mesh.magics.display import table_of
from jupyter_mesh.magics.progress import PACE
from jupyter_mesh.magics.screen import Spot, in_kernel, lines_bundle
from jupyter_mesh.magics.tables import html, words

if TYPE_CHECKING:
    from jupyter_mesh.formats.outline import Outline
    from jupyter_mesh.model.runs import Progress, Step


class Steps:
    """Shows one line a step, replaced as the step goes on; told from any thread."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
        self._shell = shell
        self._replaces = in_kernel(shell)
        self._lines: dict[Step, str] = {}
        self._spot = Spot(shell)
        self._shown = 0.0
        self._lock = Lock()

    def tell(self, progress: Progress) -> None:
        """Take one thing that happened; show it, at most a few times a second."""
        with self._lock:
            line = line_of(progress)
            is_new = progress.step not in self._lines
            self._lines[progress.step] = line
            if not self._replaces:
                sys.stderr.write(f"{line}\n")
            elif is_new or progress.failed or self._is_due(progress):
                self._show()

    def show_rows(self, rows: Outline) -> None:
        """Show failing rows."""
        shown = table_of(rows)
        Spot(self._shell).show({"text/plain": words(shown, 60), "text/html": html(shown)})

    def _is_due(self, progress: Progress) -> bool:
        is_last = bool(progress.total) and progress.done >= progress.total
        return is_last or monotonic() - self._shown >= PACE

    def _show(self) -> None:
        self._shown = monotonic()
        self._spot.show(lines_bundle("\n".join(self._lines.values())))


def line_of(progress: Progress) -> str:
    """One step in one line: `run      3/12  cell 3`."""
    count = f"{progress.done}/{progress.total}  " if progress.total else ""
    mark = "✗ " if progress.failed else ""
    return f"{progress.step.value:<9}{mark}{count}{visible(progress.text)}"
