"""A result in a notebook: its rows in a grid that sorts, filters and loads more."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from traitlets import Dict

from jupyter_mesh.magics.display import Preview
from jupyter_mesh.magics.tables import html, words
from jupyter_mesh.widgets.desk import Desk
from jupyter_mesh.widgets.sheet import Sheet
from jupyter_mesh.widgets.source import module, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.magics.tables import Table
    from jupyter_mesh.protocols import Result

_AT_ONCE = 1000
_WIDEST = 60


class ResultView(Desk):
    """The rows of a result, `rows` of them to begin with; text where no widget runs.

    Sorting and filtering are done in the kernel over Arrow, on exact values, among the rows
    that are loaded.
    """

    _esm = module("result.js")
    _css = style()
    # The first rows travel with the widget: they are seen while the kernel is still busy.
    page = Dict(help="The first rows, as the grid shows them.").tag(sync=True)

    def __init__(self, result: Result, rows: int = _AT_ONCE) -> None:
        sheet = Sheet(result, rows)
        super().__init__()
        self._result, self._sheet = result, sheet
        self.page = self._sheet.asked("rows", {})

    def answer(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Any:  # noqa: ANN401, ARG002
        """Rows in the order and choice that the grid has, or one whole cell."""
        return self._sheet.asked(ask, values)

    @cached_property
    def _table(self) -> Table:
        return Preview.of(self._result).table

    def __repr__(self) -> str:
        return words(self._table, _WIDEST)

    def _repr_mimebundle_(self, **wanted: Any) -> Any:  # noqa: ANN401 - ipywidgets' own
        bundle = super()._repr_mimebundle_(**wanted)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": repr(self), "text/html": html(self._table)}, metadata
