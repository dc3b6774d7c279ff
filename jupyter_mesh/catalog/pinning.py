"""Any state that a table ever had, put on a branch where every client can read it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import NameNotFound

if TYPE_CHECKING:
    from datetime import timedelta

    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.model.tables import Snapshot


def pinned(lake: Lake, snapshot: Snapshot, lease: timedelta) -> str:
    """The name of a branch on which the table stands in exactly that state.

    One branch serves everybody who asks for the same state while its lease lasts.
    """
    location, table = snapshot.metadata_location, snapshot.table
    prefix = f"pin-{sha256(location.encode()).hexdigest()[:16]}-"
    for branch in lake.branches():
        if (
            branch.run_id.startswith(prefix)
            and _location(lake, snapshot, branch.name) == location
        ):
            return branch.name
    name = lake.open_branch(f"{prefix}{uuid4().hex[:8]}", None, (table,), lease).name
    try:
        lake.create_schema(table.schema, name)
        stands = _location(lake, snapshot, name)
        if stands != location:
            lake.commit(name, [PointerChange(table, stands, location)])
    except BaseException:
        lake.abandon(name)
        raise
    return name


def _location(lake: Lake, snapshot: Snapshot, branch: str) -> str | None:
    try:
        return lake.snapshot(snapshot.table, branch).metadata_location
    except NameNotFound:
        return None
