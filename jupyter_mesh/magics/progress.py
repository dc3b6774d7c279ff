"""The progress line of a running cell: what happens, for how long, with a way to stop it."""

from __future__ import annotations

import os
import sys
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.magics.screen import Spot, in_kernel, lines_bundle

if TYPE_CHECKING:
    from jupyter_mesh.engines.work import Work

# A query faster than this shows nothing; later the line changes at most this often.
PATIENCE = 0.5
PACE = 0.25


class ProgressLine:
    """One line that appears when a query takes long, and is gone when it has ended.

    Where a front end listens it is a widget with a Cancel button, else text that is updated;
    in a terminal one line of standard error. `awaits` tells whether the cell awaits the query:
    only then are buttons heard, and only then does the cell's whole output belong to it.
    """

    def __init__(self, work: Work[Any], shell: Any, *, awaits: bool) -> None:  # noqa: ANN401
        self.work = work
        self.shell = shell
        self.awaits = awaits
        self.started = monotonic()
        self._shown = 0.0
        self._line: _Widgets | _Text | _Plain | None = None

    def tick(self) -> None:
        """Show the state, if it is time to."""
        now = monotonic()
        if now - self.started < PATIENCE or now - self._shown < PACE:
            return
        self._shown = now
        if self._line is None:
            self._line = self._chosen()
        self._line.show(self.words(now - self.started))

    def _chosen(self) -> _Widgets | _Text | _Plain:
        if not in_kernel(self.shell):
            return _Plain()
        if self.awaits and _somebody_watches():
            return _Widgets(self.work, self.shell)
        return _Text(self.shell, owns_cell=self.awaits)

    def words(self, seconds: float) -> str:
        """The line: the state, seconds so far, the engine's percent and its other words."""
        work = self.work
        state, *more = work.said.split(", ")
        if work.ticket.is_cancelled:
            state = "cancelling"
        percent = "" if work.percent is None else f"{work.percent:.0f} %"
        words = (state or "running", f"{seconds:.1f} s", percent, *more)
        return " · ".join(filter(None, words))

    def close(self) -> None:
        """Take the line away."""
        if self._line is not None:
            self._line.close()
            self._line = None


class _Plain:
    """A line of a terminal; nothing where nobody would see it change."""

    def show(self, words: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{words}\x1b[K")
            sys.stderr.flush()

    def close(self) -> None:
        self.show("")


class _Text:
    """A line of text in a notebook."""

    def __init__(self, shell: Any, *, owns_cell: bool) -> None:  # noqa: ANN401 - IPython's
        self._spot = Spot(shell)
        self._owns_cell = owns_cell

    def show(self, words: str) -> None:
        self._spot.show(lines_bundle(words), "running")

    def close(self) -> None:
        if self._owns_cell:
            self._spot.clear()
        else:
            self._spot.show({"text/plain": ""})


class _Widgets:
    """A Cancel button and a label."""

    def __init__(self, work: Work[Any], shell: Any) -> None:  # noqa: ANN401 - IPython's
        from ipywidgets import HTML, Button, HBox

        self._label = HTML()
        self._button = Button(description="Cancel", icon="stop", tooltip="Stop this query")
        self._button.on_click(lambda _button: work.ticket.cancel())
        self._box = HBox([self._button, self._label])
        self._spot = Spot(shell)
        self._spot.show(shell.display_formatter.format(self._box)[0], "running")

    def show(self, words: str) -> None:
        self._label.value = escape(words)
        self._button.disabled = words.startswith("cancelling")

    def close(self) -> None:
        # The view goes with its models: a saved notebook must not keep a dead widget.
        self._spot.clear()
        for widget in (self._box, self._label, self._button):
            widget.close()


def _somebody_watches() -> bool:
    """Whether somebody could press a button: not in a promotion, not without ipywidgets."""
    if os.environ.get("MESH_RUN_ID"):
        return False
    from importlib.util import find_spec

    return find_spec("ipywidgets") is not None
