"""The route table: everything that can be asked, and the handlers that Jupyter Server gets."""

from __future__ import annotations

import re
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jupyter_mesh.server import (
    completions,
    iceberg,
    lineage,
    products,
    promotions,
    setup,
    tables,
    tree,
)
from jupyter_mesh.server.door import Door
from jupyter_mesh.server.openapi import document
from jupyter_mesh.server.route import Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from jupyter_server.base.handlers import APIHandler

    from jupyter_mesh.server.visit import House, Visit

BASE = "mesh/api"
_ROOMS = (setup, tree, tables, products, lineage, completions, promotions)
ROUTES: tuple[Route, ...] = tuple(route for room in _ROOMS for route in room.ROUTES)


def table(base_url: str) -> tuple[Route, ...]:
    """All routes, with the one that describes them."""
    base = f"{base_url.rstrip('/')}/{BASE}"
    described = Route(
        "GET",
        "openapi.json",
        "This document.",
        partial(_described, (*ROUTES,), base),
    )
    return (*ROUTES, described)


def handlers(
    base_url: str, house: House, threads: Executor
) -> Iterator[tuple[str, type[APIHandler], dict[str, Any]]]:
    """What Jupyter Server is given: a pattern for each path, and one for all that is none."""
    shared = {"house": house, "threads": threads}
    routes = sorted(table(base_url), key=lambda route: route.path)
    for path, group in groupby(routes, key=lambda route: route.path):
        by_method = {route.method: route for route in group}
        yield f"{BASE}/{pattern(path)}", Door, {"routes": by_method, **shared}
    yield f"{BASE}(?:/.*)?", Door, {"routes": {}, **shared}
    yield f"{iceberg.BASE}/(.*)", iceberg.IcebergDoor, shared


def pattern(path: str) -> str:
    """A route's path as the regular expression of an address."""
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))


def _described(routes: tuple[Route, ...], base: str, _visit: Visit) -> dict[str, Any]:
    return document(routes, base)
