"""A result in a notebook: its rows in a grid that sorts, filters and loads more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Dict

from jupyter_mesh.magics.display import MIME, Preview
from jupyter_mesh.widgets.desk import Desk
from jupyter_mesh.widgets.sheet import Sheet
from jupyter_mesh.widgets.source import module, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.protocols import Result

_AT_ONCE = 1000


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

    def __repr__(self) -> str:
        return str(Preview.of(self._result).bundle()["text/plain"])

    def _repr_mimebundle_(self, **wanted: Any) -> Any:  # noqa: ANN401 - ipywidgets' own
        bundle = super()._repr_mimebundle_(**wanted)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        words = Preview.of(self._result).bundle()
        # The widget is shown where it can be, so the grid of the extension stays away.
        del words[MIME]
        return {**data, **words}, metadata
