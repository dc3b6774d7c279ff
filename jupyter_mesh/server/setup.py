"""Routes to begin with: whose mesh this is, and making one where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import ConflictError, InputError
from jupyter_mesh.meshfile import begin
from jupyter_mesh.server.route import Asked, Route

if TYPE_CHECKING:
    from jupyter_mesh.server.visit import Visit

_MESH = {
    "type": ["object", "null"],
    "properties": {key: {"type": "string"} for key in ("name", "root", "engine")},
}


def status(visit: Visit) -> dict[str, Any]:
    """The mesh, or nothing where none is made yet, and who asks."""
    from importlib.metadata import version

    told: dict[str, Any] = {"mesh": None, "user": "", "version": version("jupyter-mesh")}
    if visit.house.opened.exists:
        settings = visit.mesh.parts.settings
        told["user"] = str(visit.mesh.session.actor)
        told["mesh"] = {
            "name": settings.name,
            "root": str(settings.root),
            "engine": settings.engine,
        }
    elif visit.actor is not None:
        told["user"] = str(visit.actor)
    return told


def init(visit: Visit) -> dict[str, Any]:
    """Write a first mesh.yaml; nothing is overwritten."""
    house = visit.house
    root = house.file(visit["folder"] or "").resolve()
    if not root.is_relative_to(house.folder.resolve()):
        raise InputError(
            f"{visit['folder']} is not below the folder that Jupyter shows.",
            remedy="Name a folder in it.",
        )
    if house.opened.exists:
        raise ConflictError(
            f"There is a mesh already: {house.opened.path}.", remedy="Edit its mesh.yaml."
        )
    begin(root)
    return status(visit)


_ANSWER = {
    "type": "object",
    "properties": {"mesh": _MESH, "user": {"type": "string"}, "version": {"type": "string"}},
    "required": ["mesh", "user", "version"],
}
ROUTES = (
    Route("GET", "status", "The mesh and who asks.", status, answers=_ANSWER),
    Route(
        "POST",
        "init",
        "Make a mesh where there is none.",
        init,
        (
            Asked(
                "folder",
                "Where, below the folder that Jupyter shows; else there itself.",
                {"type": "string", "maxLength": 500},
            ),
        ),
        _ANSWER,
        201,
    ),
)
