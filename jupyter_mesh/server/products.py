"""Routes of one product: its page, its releases, what changed between two of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.formats.records import record
from jupyter_mesh.model.names import ProductName
from jupyter_mesh.notebook.document import read
from jupyter_mesh.server.route import Asked, Route, listing

if TYPE_CHECKING:
    from jupyter_mesh.model.product import InputPort, OutputPort
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.server.visit import Visit

_SHOWN = 50


def product(visit: Visit) -> dict[str, Any]:
    """A product as its files and its releases tell."""
    found = visit.mesh.parts.products.product(ProductName.parse(visit["name"]))
    home = visit.mesh.parts.home
    releases = home.releases(found.name)
    current = home.latest(found.name)
    return {
        "name": str(found.name),
        "owner": found.owner,
        "description": found.description,
        "status": found.status,
        "version": str(current.version) if current else None,
        "ports": [port(output) for output in found.outputs],
        "inputs": [_input(one) for one in found.inputs],
        "notebook": visit.house.shown(found.notebook),
        "folder": visit.house.shown(found.folder),
        "releases": [record(release) for release in releases[:_SHOWN]],
        "checks": record(current.checks) if current else [],
    }


def port(output: OutputPort) -> dict[str, Any]:
    """An output port with its promise."""
    return {
        "name": output.name,
        "table": str(output.table),
        "description": output.description,
        "columns": record(output.contract.columns),
        "rules": record(output.contract.rules),
    }


def _input(one: InputPort) -> dict[str, Any]:
    release = str(one.release) if one.release else None
    return {"name": one.name, "table": str(one.table), "release": release}


def releases(visit: Visit) -> dict[str, Any]:
    """The releases of a product, or of all, newest first."""
    found = visit.mesh.releases(visit["product"])
    return {"items": [record(one) for one in found if visit.sight.sees(str(one.product))]}


def release(visit: Visit) -> dict[str, Any]:
    """One release with all that stands in its record."""
    found = visit.mesh.release(visit["ref"])
    told: dict[str, Any] = record(found)
    told["checks"] = record(found.checks)
    told["decision"] = record(found.decision)
    told["contracts"] = {output.port: output.contract for output in found.outputs}
    if found.run is not None:
        told["run"]["executed"] = visit.house.shown(_executed(visit, found))
        told["run"]["environment"] = list(found.run.environment)
        told["run"]["cells"] = list(found.run.cells)
    return told


def diff(visit: Visit) -> Any:  # noqa: ANN401 - record's
    """What changed from one release to another."""
    return record(visit.mesh.diff(visit["before"], visit["after"]))


def notebook(visit: Visit) -> dict[str, Any]:
    """The executed notebook of a release or of a promotion, to be looked at."""
    if bool(visit["release"]) == bool(visit["promotion"]):
        raise InputError("Name a release or a promotion, one of the two.")
    mesh = visit.mesh
    if visit["release"]:
        path = _executed(visit, mesh.release(visit["release"]))
    else:
        path = Path(mesh.parts.home.jobs.find(visit["promotion"]).executed)
    if not path.resolve().is_relative_to(mesh.parts.settings.root) or not path.is_file():
        raise NameNotFound("executed notebook of", visit["release"] or visit["promotion"])
    found: dict[str, Any] = json.loads(read(path).content)
    return found


def _executed(visit: Visit, found: Release) -> Path:
    """A release knows the executed copy by its way from the product's folder."""
    name = found.product
    folder = visit.mesh.parts.settings.products / name.domain / name.product
    executed = found.run.executed if found.run else ""
    return Path(os.path.normpath(folder / executed)) if executed else Path()


NAME = {"type": "string", "minLength": 3, "maxLength": 200}
_REF = {"type": "string", "minLength": 3, "maxLength": 300}
_RELEASE = {
    "type": "object",
    "properties": {
        key: {"type": "string"}
        for key in ("product", "version", "state", "created", "actor", "reason", "digest")
    },
    "required": ["product", "version", "state", "created", "actor", "reason", "digest"],
}
_PRODUCT = {
    "type": "object",
    "properties": {
        **{key: {"type": "string"} for key in ("name", "owner", "description", "notebook")},
        "version": {"type": ["string", "null"]},
        **{
            key: {"type": "array", "items": {"type": "object"}}
            for key in ("ports", "inputs", "releases", "checks")
        },
    },
    "required": ["name", "owner", "description", "version", "ports", "inputs", "notebook"],
}
ROUTES = (
    Route(
        "GET",
        "product",
        "A product with its ports, inputs and releases.",
        product,
        (Asked("name", "domain/product", NAME, required=True),),
        _PRODUCT,
    ),
    Route(
        "GET",
        "releases",
        "The releases of a product, or of all, newest first.",
        releases,
        (Asked("product", "domain/product", NAME),),
        listing(_RELEASE),
    ),
    Route(
        "GET",
        "release",
        "One release with all that stands in its record.",
        release,
        (Asked("ref", "domain/product@range", _REF, required=True),),
        _RELEASE,
    ),
    Route(
        "GET",
        "diff",
        "What changed from one release to another.",
        diff,
        (
            Asked("before", "domain/product@range", _REF, required=True),
            Asked("after", "domain/product@range", _REF, required=True),
        ),
    ),
    Route(
        "GET",
        "notebook",
        "The executed notebook of a release or of a promotion.",
        notebook,
        (
            Asked("release", "domain/product@range", _REF),
            Asked("promotion", "A promotion's id.", NAME),
        ),
    ),
)
