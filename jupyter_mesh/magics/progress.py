"""The progress line of a running cell: what happens, for how long, with a way to stop it."""

from __future__ import annotations

import os
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any

from jupyter_mesh.magics.screen import Spot, in_kernel, lines_bundle

if TYPE_CHECKING:
    from jupyter_mesh.magics.running import Work

# A query faster than this shows nothing; later the line changes at most this often.
PATIENCE = 0.5
PACE = 0.25


class ProgressLine:
    """One line that appears when a query takes long, and is gone when it has ended.

    Where a front end listens it is a widget with a Cancel button, else text that is updated.
    """

    def __init__(self, work: Work[Any], shell: Any) -> None:  # noqa: ANN401 - IPython's shell
        self.work = work
        self.shell = shell
        self.started = monotonic()
        self._shown = 0.0
        self._line: _Widgets | _Text | None = None

    def tick(self) -> None:
        """Show the state, if it is time to."""
        now = monotonic()
        if (
            now - self.started < PATIENCE
            or now - self._shown < PACE
            or not in_kernel(self.shell)
        ):
            return
        self._shown = now
        if self._line is None:
            self._line = (
                _Widgets(self.work, self.shell) if _somebody_watches() else _Text(self.shell)
            )
        self._line.show(self.words(now - self.started))

    def words(self, seconds: float) -> str:
        """The line: seconds so far, the engine's percent and its own words."""
        work = self.work
        state = "cancelling" if work.ticket.is_cancelled else "running"
        percent = "" if work.percent is None else f"{work.percent:.0f} %"
        return " · ".join(filter(None, (state, f"{seconds:.1f} s", percent, work.said)))

    def close(self) -> None:
        """Take the line away."""
        if self._line is not None:
            self._line.close()
            self._line = None


class _Text:
    """A line of plain text."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
        self._spot = Spot(shell)

    def show(self, words: str) -> None:
        self._spot.show(lines_bundle(words))

    def close(self) -> None:
        self._spot.clear()


class _Widgets:
    """A Cancel button and a label."""

    def __init__(self, work: Work[Any], shell: Any) -> None:  # noqa: ANN401 - IPython's
        from ipywidgets import HTML, Button, HBox

        self._label = HTML()
        self._button = Button(description="Cancel", icon="stop", tooltip="Stop this query")
        self._button.on_click(lambda _button: work.ticket.cancel())
        self._box = HBox([self._button, self._label])
        self._spot = Spot(shell)
        self._spot.show(shell.display_formatter.format(self._box)[0])

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
