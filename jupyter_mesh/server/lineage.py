"""Route of the lineage: what a table or product was made from, and what is made of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import MeshError
from jupyter_mesh.model.browse import table_id
from jupyter_mesh.model.names import ProductName, TableName
from jupyter_mesh.server.route import Asked, Route, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.server.visit import Visit

_MOST = 500


class Graph:
    """Who feeds whom: tables go into products, products into tables."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.below: dict[str, dict[str, None]] = defaultdict(dict)
        self.above: dict[str, dict[str, None]] = defaultdict(dict)

    def table(self, table: TableName) -> str:
        """The node of a table."""
        place = table_id(table)
        self.nodes.setdefault(place, {"id": place, "kind": "table", "label": str(table)})
        return place

    def product(
        self,
        name: ProductName,
        inputs: Iterable[TableName],
        outputs: Iterable[TableName],
        detail: Mapping[str, Any],
    ) -> None:
        """A product between what it reads and what it serves."""
        place = f"product:{name}"
        node = {"id": place, "kind": "product", "label": str(name), "detail": dict(detail)}
        self.nodes[place] = node
        for table in inputs:
            self._edge(self.table(table), place)
        for table in outputs:
            self._edge(place, self.table(table))

    def _edge(self, source: str, target: str) -> None:
        self.below[source][target] = None
        self.above[target][source] = None

    def around(self, start: str, depth: int) -> dict[str, Any]:
        """The part of the graph so many steps up and down from a node."""
        seen = {start}
        for neighbours in (self.above, self.below):
            edge = [start]
            for _step in range(depth):
                edge = [near for node in edge for near in neighbours[node]]
                edge = [near for near in dict.fromkeys(edge) if near not in seen]
                edge = edge[: max(0, _MOST - len(seen))]
                seen.update(edge)
        nodes = []
        for place in sorted(seen, key=lambda place: (place != start, place)):
            near = self.above[place].keys() | self.below[place].keys()
            nodes.append({**self.nodes[place], "more": bool(near - seen)})
        edges = [
            {"from": source, "to": target}
            for source in sorted(seen)
            for target in self.below[source]
            if target in seen
        ]
        return {"nodes": nodes, "edges": edges}


def lineage(visit: Visit) -> dict[str, Any]:
    """What is known of where a name comes from and where it goes, as nodes and edges."""
    graph = drawn(visit.mesh)
    name = visit["name"]
    if "/" in name and '"' not in name:
        start = f"product:{ProductName.parse(name)}"
        if start not in graph.nodes:
            # Says that there is none, or what is wrong with its files.
            visit.mesh.parts.products.product(ProductName.parse(name))
    else:
        table = TableName.parse(name)
        start = graph.table(table)
        if not graph.above[start] and not graph.below[start]:
            visit.mesh.parts.engine().describe(table, visit.mesh.session)
    drawing = graph.around(start, visit["depth"])
    seen = {node["id"] for node in drawing["nodes"] if visit.sight.shows(node["id"])}
    return {
        "nodes": [node for node in drawing["nodes"] if node["id"] in seen],
        "edges": [one for one in drawing["edges"] if {one["from"], one["to"]} <= seen],
    }


def drawn(mesh: Mesh) -> Graph:
    """Everything that current releases record; of unreleased products what they declare."""
    graph = Graph()
    released = set()
    for release in mesh.parts.home.current():
        released.add(release.product)
        notebook = release.run.notebook if release.run else ""
        graph.product(
            release.product,
            dict.fromkeys(pin.table for pin in release.inputs),
            [output.snapshot.table for output in release.outputs],
            {"version": str(release.version), "notebook": notebook},
        )
    for name in mesh.parts.products.names():
        if name not in released:
            try:
                product = mesh.parts.products.product(name)
            except MeshError:
                # Its files are nonsense, which its own page tells.
                continue
            graph.product(
                name,
                [port.table for port in product.inputs],
                [output.table for output in product.outputs],
                {"version": "", "notebook": product.notebook.rpartition("/")[2]},
            )
    return graph


_NODE = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("id", "kind", "label")},
    "required": ["id", "kind", "label"],
}
_EDGE = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("from", "to")},
    "required": ["from", "to"],
}
ROUTES = (
    Route(
        "GET",
        "lineage",
        "What a table or product was made from, and what is made of it.",
        lineage,
        (
            Asked(
                "name",
                "catalog.schema.table or domain/product",
                {"type": "string", "minLength": 3, "maxLength": 1000},
                required=True,
            ),
            Asked("depth", "How many steps up and down.", number(3, 1, 50)),
        ),
        {
            "type": "object",
            "properties": {
                "nodes": {"type": "array", "items": _NODE},
                "edges": {"type": "array", "items": _EDGE},
            },
            "required": ["nodes", "edges"],
        },
    ),
)
