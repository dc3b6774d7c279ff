"""The house of a widget: the same answers as the server's, given inside the kernel."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.formats.records import record
from jupyter_mesh.mesh import Mesh
from jupyter_mesh.server.index import Freshness
from jupyter_mesh.server.jobs import Promotions
from jupyter_mesh.server.opened import OpenMesh
from jupyter_mesh.server.route import exact
from jupyter_mesh.server.visit import House, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jupyter_mesh.engines.ticket import QueryTicket
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.server.route import Route


class Lent(OpenMesh):
    """The kernel's own mesh, lent to those who would open one; the kernel closes it."""

    def __init__(self, mesh: Mesh) -> None:
        super().__init__(Path.cwd())
        self._mesh = mesh
        # Parts make no locks, and questions are answered in threads: they have to be there.
        parts = mesh.parts
        _made = (parts.lakes, parts.gateway, parts.products, parts.engine())

    @contextmanager
    def of(self, actor: Actor | None) -> Iterator[Mesh]:  # noqa: ARG002 - one kernel, one user
        """The mesh with its session as it is at this moment."""
        yield Mesh(self._mesh.parts, self._mesh.session)


def house_of(mesh: Mesh, tell: Callable[[Mapping[str, Any]], None]) -> House:
    """A house around a mesh; nothing in it works before it is asked for."""
    lent = Lent(mesh)
    return House(Path.cwd(), lent, Freshness(lent), Promotions(tell))


class Rooms:
    """Some of the server's routes, asked by their names."""

    def __init__(self, house: House, routes: Iterable[tuple[str, Route]]) -> None:
        self.house = house
        self._routes = dict(routes)

    def asked(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Any:  # noqa: ANN401
        """The answer of a route, as the server would send it."""
        with self.visit(ask, values, ticket) as visit:
            return exact(record(self._routes[ask].answer(visit)))

    def visit(self, ask: str, values: Mapping[str, Any], ticket: QueryTicket) -> Visit:
        """A visit with values that hold against the route's schema."""
        route = self._routes.get(ask)
        if route is None:
            raise InputError(f"Nobody here knows how to {ask}.")
        path = {name: str(values.get(name, "")) for name in route.in_path}
        query = {name: str(value) for name, value in values.items()}
        held = route.values(path, query, json.dumps(values).encode())
        return Visit(self.house, None, held, ticket)


def named(routes: Iterable[Route], **names: tuple[str, str]) -> Iterator[tuple[str, Route]]:
    """The routes that are wanted, each by a short name for its method and path."""
    found = {(route.method, route.path): route for route in routes}
    return ((name, found[key]) for name, key in names.items())
