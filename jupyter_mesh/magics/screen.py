"""A spot in a cell's output that can be written again: the door to a shell's display."""

from __future__ import annotations

from html import escape
from typing import Any
from uuid import uuid4


class Spot:
    """One output of the running cell, shown once and replaced in place from then on."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's own shell
        self._publisher = shell.display_pub
        self._id = uuid4().hex
        self._is_there = False

    def show(self, bundle: dict[str, Any], state: str = "") -> None:
        """Show these representations, in the place of the ones before.

        A front end that finds the state `running` beside them, and no kernel any more, says so.
        """
        self._publisher.publish(
            data=bundle,
            metadata={"jupyter_mesh": {"state": state}} if state else {},
            transient={"display_id": self._id},
            update=self._is_there,
        )
        self._is_there = True

    def clear(self) -> None:
        """Take it away together with the cell's other outputs, when the next one comes."""
        if self._is_there:
            self._publisher.clear_output(wait=True)
            self._is_there = False


def in_kernel(shell: Any) -> bool:  # noqa: ANN401 - IPython's own shell
    """Whether outputs go to a notebook, where they can be replaced."""
    return getattr(shell, "kernel", None) is not None


def lines_bundle(lines: str) -> dict[str, Any]:
    """Lines of text for a notebook, none of it markup."""
    return {"text/plain": lines, "text/html": f"<pre>{escape(lines)}</pre>"}
