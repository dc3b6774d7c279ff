"""Land a file or a frame: its bytes become one version of a table, or nothing happens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from jupyter_mesh.model.tables import Landing, Session
    from jupyter_mesh.protocols import Catalog, Engine, Ticket


def land(
    catalog: Catalog,
    engine: Engine,
    source: pa.RecordBatchReader | Path,
    landing: Landing,
    session: Session,
    ticket: Ticket | None = None,
) -> Landing:
    """Write the source on a branch of its own and make it current; the same bytes land once.

    `landing` says what the source is (table, digest, size, media type); the answer has the
    rows and the snapshot too. Raises LandingError for a faulty file, ConflictError when
    somebody else changed the table meanwhile.
    """
    table = landing.table
    if known := catalog.landing(table, landing.digest):
        return known
    branch = catalog.open_branch(f"land-{uuid4().hex}", None, (table,)).name
    try:
        catalog.create_schema(table.schema, branch)
        rows = engine.write(table, source, replace(session, branch=branch), ticket)
        snapshot_id = catalog.snapshot(table, branch).snapshot_id
        catalog.merge(branch, replace(landing, rows=rows, snapshot_id=snapshot_id))
    except BaseException:
        catalog.abandon(branch)
        raise
    return replace(landing, rows=rows, snapshot_id=snapshot_id)
