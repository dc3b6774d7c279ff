"""Routes of the promote button: plan, scaffold, and promotions from start to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import ConflictError, InputError, MeshError, NameNotFound
from jupyter_mesh.formats.records import record
from jupyter_mesh.formats.scaffold import new_product
from jupyter_mesh.model.jobs import JobState
from jupyter_mesh.model.names import ProductName, safe_name
from jupyter_mesh.model.promises import promises
from jupyter_mesh.notebook.document import read
from jupyter_mesh.notebook.parameters import parameters_of
from jupyter_mesh.notebook.source import facts_of
from jupyter_mesh.server.products import NAME, port
from jupyter_mesh.server.route import Asked, Route, listing

if TYPE_CHECKING:
    from jupyter_mesh.model.jobs import Job
    from jupyter_mesh.notebook.parameters import Parameter
    from jupyter_mesh.server.visit import Visit


class NoProduct(NameNotFound):
    """A notebook that makes no product yet, with what could be laid out for it."""

    def __init__(self, notebook: str, scaffold: dict[str, Any]) -> None:
        super().__init__("product made by the notebook", notebook, remedy="Lay one out for it.")
        self.scaffold = scaffold

    def details(self) -> dict[str, Any]:
        """Add what could be laid out."""
        return super().details() | {"type": "NameNotFound", "scaffold": self.scaffold}


def plan(visit: Visit) -> dict[str, Any]:
    """What a promotion would do and what stands in its way; nothing is changed."""
    name = _meant(visit)
    found = visit.mesh.plan(str(name), visit["parameters"])
    told: dict[str, Any] = record(found)
    told["reasons"] = list(found.version_decision.reasons)
    told["ports"] = [port(output) for output in found.product.outputs]
    told["rules"] = [
        {"port": output.name, **record(rule)}
        for output in found.product.outputs
        for rule in promises(output.contract)
    ]
    told["notebook"] = visit.house.shown(found.product.notebook)
    declared = parameters_of(Path(found.product.notebook)) if _is_readable(found) else ()
    told["schema"] = form(declared)
    told["parameters"] = record({**found.product.parameters, **found.parameters})
    return told


def _is_readable(found: Any) -> bool:  # noqa: ANN401 - model.runs.Plan
    """Whether the notebook is one; else the plan has said so as an obstacle."""
    try:
        read(Path(found.product.notebook))
    except MeshError:
        return False
    return True


def form(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The JSON schema of a notebook's parameters, as a form is drawn from it."""
    properties = {}
    for one in parameters:
        told: dict[str, Any] = {"type": one.type or "string", "title": one.name}
        if one.type == "array":
            told["items"] = {"type": "string"}
        if one.default is not None:
            told["default"] = record(one.default)
        if one.help:
            told["description"] = one.help
        properties[one.name] = told
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _meant(visit: Visit) -> ProductName:
    """The product that is asked for by its name or by its notebook."""
    if bool(visit["product"]) == bool(visit["notebook"]):
        raise InputError("Name a product or a notebook, one of the two.")
    if visit["product"]:
        return ProductName.parse(visit["product"])
    path = visit.house.file(visit["notebook"]).resolve()
    products = visit.mesh.parts.products
    for name in products.names():
        folder = visit.mesh.parts.settings.products / name.domain / name.product
        if not path.is_relative_to(folder.resolve()):
            continue
        # A fault in the files of this very product is what has to be told.
        if Path(products.product(name).notebook).resolve() == path:
            return name
    raise NoProduct(visit["notebook"], _guess(visit, path))


def _guess(visit: Visit, path: Path) -> dict[str, Any]:
    """A product for a notebook: its ports are what it stages."""
    document = read(path)
    staged = [place.text for cell in document.code for place in facts_of(cell).stages]
    domains = sorted({name.domain for name in visit.mesh.parts.products.names()})
    return {
        "product": f"{domains[0] if domains else 'domain'}/{safe_name(path.stem).strip('_')}",
        "domains": domains,
        "ports": list(dict.fromkeys(staged)),
        "owner": str(visit.mesh.session.actor),
        "notebook": visit["notebook"],
    }


def scaffold(visit: Visit) -> dict[str, Any]:
    """Lay out a product's files; nothing is overwritten."""
    settings = visit.mesh.parts.settings
    notebook = visit.house.file(visit["notebook"]) if visit["notebook"] else None
    made = new_product(
        settings.products,
        ProductName.parse(visit["product"]),
        settings.home,
        visit["owner"] or str(visit.mesh.session.actor),
        visit["ports"],
        notebook,
    )
    visit.house.index.hurry()
    files = [visit.house.shown(file) for file in made]
    opened = [file for file in files if file.endswith(".ipynb")]
    return {"files": files, "notebook": opened[0] if opened else visit["notebook"]}


def promote(visit: Visit) -> dict[str, Any]:
    """Start a promotion; it goes on when the browser is closed."""
    mesh = visit.mesh
    product = mesh.parts.products.product(ProductName.parse(visit["product"]))
    running = visit.house.promotions.all(
        mesh.parts.home.jobs, product.name, JobState.RUNNING.value
    )
    if running:
        raise ConflictError(
            f"{product.name} is being promoted just now, by {running[0].actor}.",
            remedy="Wait for it to end, or stop it.",
        )
    job = visit.house.promotions.start(mesh, product.name, visit["parameters"])
    return {"id": job.id}


def promotions(visit: Visit) -> dict[str, Any]:
    """The promotions that servers of this mesh have started, newest first."""
    product = ProductName.parse(visit["product"]) if visit["product"] else None
    jobs = visit.mesh.parts.home.jobs
    found = visit.house.promotions.all(jobs, product, visit["state"] or "")
    return {"items": [_told(visit, job) for job in found]}


def promotion(visit: Visit) -> dict[str, Any]:
    """One promotion as it stands."""
    jobs = visit.mesh.parts.home.jobs
    return _told(visit, visit.house.promotions.seen(jobs, jobs.find(visit["id"])))


def cancel(visit: Visit) -> dict[str, Any]:
    """Ask a promotion to stop."""
    return _told(visit, visit.house.promotions.cancel(visit.mesh.parts.home.jobs, visit["id"]))


def _told(visit: Visit, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "product": str(job.product),
        "state": job.state.value,
        "started": job.started,
        "ended": job.ended,
        "actor": job.actor,
        "parameters": job.parameters,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "text": job.text,
        "steps": job.stages,
        "cells": {"done": job.cells[0], "total": job.cells[1]},
        "checks": job.checks,
        "release": job.release or None,
        "error": job.error,
        "executed": visit.house.shown(job.executed) if job.executed else "",
        "log": job.lines,
    }


_PARAMETERS = {"type": "object", "additionalProperties": True, "default": {}}
_TEXT = {"type": "string"}
_PLAN = {
    "type": "object",
    "properties": {
        "product": _TEXT,
        "version": _TEXT,
        "change": _TEXT,
        "clear": {"type": "boolean"},
        "obstacles": {"type": "array", "items": {"type": "object"}},
        "schema": {"type": "object"},
        "parameters": {"type": "object"},
    },
    "required": ["product", "version", "change", "clear", "obstacles", "schema", "parameters"],
}
_JOB = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "product", "started", "actor", "step", "text"), _TEXT),
        "state": {"type": "string", "enum": [state.value for state in JobState]},
        "ended": {"type": ["string", "null"]},
        "release": {"type": ["string", "null"]},
        "error": {"type": ["object", "null"]},
        "done": {"type": "integer"},
        "total": {"type": "integer"},
        "steps": {"type": "array", "items": {"type": "object"}},
        "checks": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["id", "product", "state", "started", "ended", "actor", "step", "steps"],
}
_PORTS = {
    "type": "array",
    "items": {"type": "string", "maxLength": 60},
    "maxItems": 50,
    "default": [],
}
_FILE = {"type": "string", "minLength": 1, "maxLength": 1000}
ROUTES = (
    Route(
        "POST",
        "plan",
        "What a promotion would do and what stands in its way.",
        plan,
        (
            Asked("product", "domain/product", NAME),
            Asked("notebook", "A notebook's path, as Jupyter shows it.", _FILE),
            Asked("parameters", "Values for the notebook's parameters.", _PARAMETERS),
        ),
        _PLAN,
    ),
    Route(
        "POST",
        "scaffold",
        "Lay out a product's files.",
        scaffold,
        (
            Asked("product", "domain/product", NAME, required=True),
            Asked("ports", "The names of its output ports.", _PORTS),
            Asked("owner", "Who owns it; else the user.", {"type": "string", "maxLength": 200}),
            Asked("notebook", "A notebook to begin with; it is copied.", _FILE),
        ),
        {"type": "object", "properties": {"files": {"type": "array", "items": _TEXT}}},
        201,
    ),
    Route(
        "POST",
        "promotions",
        "Start a promotion.",
        promote,
        (
            Asked("product", "domain/product", NAME, required=True),
            Asked("parameters", "Values for the notebook's parameters.", _PARAMETERS),
        ),
        {"type": "object", "properties": {"id": _TEXT}, "required": ["id"]},
        202,
    ),
    Route(
        "GET",
        "promotions",
        "The promotions that were started here, newest first.",
        promotions,
        (
            Asked("product", "domain/product", NAME),
            Asked(
                "state",
                "Only those in this state.",
                {"type": "string", "enum": ["", *(state.value for state in JobState)]},
            ),
        ),
        listing(_JOB),
    ),
    Route("GET", "promotions/{id}", "One promotion as it stands.", promotion, (), _JOB),
    Route("DELETE", "promotions/{id}", "Ask a promotion to stop.", cancel, (), _JOB, 202),
)
