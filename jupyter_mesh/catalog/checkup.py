"""How a lake is: its database, its warehouse, its branches, and the guarantee that holds."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import text

from jupyter_mesh.catalog.warehouse import local_path
from jupyter_mesh.model.health import Condition, Health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.catalog.database import Database
    from jupyter_mesh.catalog.lake import Lake

# Below this a promotion of any size may end in the middle.
_ROOM = 2 * 2**30
GUARANTEE = (
    "all tables of a release become current in one transaction, or none; "
    "readers see all of it at once"
)


def checkup(lake: Lake) -> Iterator[Condition]:
    """Look at a lake; StorageError where it cannot be reached or written."""
    subject = f"catalog {lake.name}"
    count = len(lake.schemas())
    plural = "" if count == 1 else "s"
    yield Condition(subject, Health.GOOD, f"{lake.kind}, {count} schema{plural}")
    if not count and next(lake.store.own_files(), None) is not None:
        yield Condition(
            subject,
            Health.BAD,
            "the catalog is empty, but its warehouse holds the files of tables",
            "The database was lost or replaced: put back a copy before anything is written.",
        )
    yield Condition(subject, Health.GOOD, f"guarantee: {lake.guarantee}")
    yield _warehouse(lake, subject)
    now = datetime.now(UTC)
    late = [branch.name for branch in lake.branches() if branch.lease_until < now]
    if late:
        text_ = f"{len(late)} open branches have no owner any more, such as {late[0]}"
        yield Condition(subject, Health.DOUBTFUL, text_, "mesh gc takes them away.")


def database_kind(database: Database) -> str:
    """Which database it is, and where."""
    return f"{_version(database)} at {database.place}"


def _version(database: Database) -> str:
    with database.reading() as connection:
        if database.is_sqlite:
            return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
        said = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {said.partition(' ')[0]}"


def _warehouse(lake: Lake, subject: str) -> Condition:
    """Write a small file and take it away again: nothing less shows that it would work."""
    place = f"{lake.warehouse}/doctor-{uuid4().hex}"
    lake.store.write(place, b"Is there anybody?\n")
    lake.store.delete(place)
    folder = local_path(lake.warehouse)
    if folder is None:
        return Condition(subject, Health.GOOD, f"{lake.warehouse} can be written")
    free = shutil.disk_usage(folder).free
    said = f"{folder} can be written, {free / 2**30:,.1f} GiB free"
    if free < _ROOM:
        return Condition(
            subject, Health.DOUBTFUL, said, "Make room: mesh gc, or a larger disk."
        )
    return Condition(subject, Health.GOOD, said)
