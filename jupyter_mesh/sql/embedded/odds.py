"""Functions that belong to no family: uuid, fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.sql.embedded.registry import scalars
from jupyter_mesh.sql.embedded.typed import Typed
from jupyter_mesh.sql.embedded.types import UNKNOWN, UUID

if TYPE_CHECKING:
    from jupyter_mesh.sql.embedded.registry import Bound


def _uuid(_bound: Bound) -> Typed:
    return Typed("uuid()", UUID, volatile=True)


def _fail(bound: Bound) -> Typed:
    return Typed(f"CAST(mesh_fail({bound[0]}) AS INTEGER)", UNKNOWN)


scalars({"uuid() -> uuid": _uuid, "fail(varchar) -> unknown": _fail})
