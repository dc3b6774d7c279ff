"""Columns of Trino's answers as the mesh's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import InputError
from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.types import TrinoType

if TYPE_CHECKING:
    from collections.abc import Mapping


def column_of(column: Mapping[str, Any]) -> Column:
    """A column of the protocol; a type that the mesh has no word for keeps its own."""
    try:
        kind = TrinoType.parse(column["type"])
    except InputError:
        # Sketches, geometries and the like come as the text that Trino shows.
        kind = TrinoType(str(column["type"]))
    return Column(column["name"], kind)
