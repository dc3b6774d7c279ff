"""The catalog in a notebook: a tree of products and catalogs, search, first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Unicode

from jupyter_mesh.errors import InputError
from jupyter_mesh.server import tables, tree
from jupyter_mesh.widgets.desk import Desk
from jupyter_mesh.widgets.house import Rooms, house_of, named
from jupyter_mesh.widgets.sheet import Sheet
from jupyter_mesh.widgets.source import module, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.mesh import Mesh


class CatalogBrowser(Desk):
    """Products and catalogs to be opened, searched and looked into.

    `selected` is the full name of the row that is chosen, as it is typed in SQL or as
    domain/product; empty when none is.
    """

    _esm = module("catalog.js")
    _css = style()
    selected = Unicode("", help="The full name of the chosen row.").tag(sync=True)

    def __init__(self, mesh: Mesh) -> None:
        house = house_of(mesh, lambda _moved: None)
        super().__init__()
        self._house = house
        routes = named(
            (*tree.ROUTES, *tables.ROUTES),
            tree=("GET", "tree"),
            search=("GET", "search"),
            preview=("GET", "preview"),
        )
        self._rooms = Rooms(self._house, routes)
        self._sheets: dict[str, Sheet] = {}

    def answer(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Any:  # noqa: ANN401
        """A page of the tree, what is found, or rows of a preview."""
        match ask:
            case "preview":
                return self._preview(values, ticket)
            case "rows" | "cell":
                return self._sheet(str(values.get("sheet"))).asked(ask, values)
        return self._rooms.asked(ask, values, ticket)

    def close(self) -> None:
        """Take the widget off the page and stop keeping its names fresh."""
        # A widget's base class calls this for one whose making failed, too.
        if hasattr(self, "_house"):
            self._house.index.close()
        super().close()

    def _preview(self, values: Mapping[str, Any], ticket: QueryTicket) -> dict[str, Any]:
        with self._rooms.visit("preview", values, ticket) as visit:
            sheet = Sheet(tables.first_rows(visit))
        # Whoever looks at another table has left the one before.
        name = str(values["table"])
        self._sheets = {name: sheet}
        return sheet.asked("rows", {}) | {"sheet": name}

    def _sheet(self, name: str) -> Sheet:
        sheet = self._sheets.get(name)
        if sheet is None:
            raise InputError(f"The rows of {name} are put away.", remedy="Preview it again.")
        return sheet
