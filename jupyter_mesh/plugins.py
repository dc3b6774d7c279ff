"""Plug-ins: found by entry point, loaded one at a time and by name."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import ConfigError, NameNotFound

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENGINES = "jupyter_mesh.engines"
ANNOUNCERS = "jupyter_mesh.announcers"
GATES = "jupyter_mesh.gates"


def names(group: str) -> list[str]:
    """What is installed in a group, sorted; nothing is loaded."""
    return sorted({point.name for point in entry_points(group=group)})


def load(group: str, name: str) -> Any:  # noqa: ANN401 - a class or a function of the plug-in
    """The plug-in of that name in a group.

    Raises NameNotFound with the nearest ones there are; ConfigError when two packages bring
    the same name, or when it cannot be loaded, with the package that brought it.
    """
    points = sorted(entry_points(group=group, name=name), key=lambda point: point.value)
    kind = group.rpartition(".")[2].removesuffix("s")
    if not points:
        known = names(group)
        there = f"There is {', '.join(known)}. " if known else ""
        remedy = f"{there}Install the package that brings another."
        raise NameNotFound(kind, name, known, remedy=remedy)
    values = {point.value: point for point in points}
    if len(values) > 1:
        raise ConfigError(
            f"More than one package brings the {kind} {name}: "
            f"{' and '.join(_package(point) for point in values.values())}.",
            remedy="Uninstall all but one.",
        )
    point = points[0]
    try:
        return point.load()
    except Exception as error:
        # A plug-in may fail in any way of its own; what it must not do is fail namelessly.
        raise ConfigError(
            f"The {kind} {name} ({point.value}) of {_package(point)} cannot be loaded: "
            f"{type(error).__name__}: {error}",
            remedy="Repair or uninstall that package.",
        ) from error


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"
