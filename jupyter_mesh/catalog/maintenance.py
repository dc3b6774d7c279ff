"""Keeping the store: prove that what was promised is there, collect what nothing needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.proof import Problem, Proof
from jupyter_mesh.catalog.reach import Reach
from jupyter_mesh.catalog.warehouse import local_path
from jupyter_mesh.model.tables import BranchState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.catalog.warehouse import StoredFile

__all__ = ["FLOOR", "GcReport", "Problem", "fsck", "gc"]

# Longer than any run: its files lie there before anything points to them.
FLOOR = timedelta(days=7)
# The clocks of files and of the database differ a little.
_SLACK = timedelta(seconds=5)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class GcReport:
    """What was collected, or would be: how many files and bytes, and which; how many stay."""

    removed: int
    size: int
    kept: int
    before: datetime
    dry_run: bool
    files: tuple[str, ...] = ()


def fsck(lake: Lake) -> list[Problem]:
    """Everything that is wrong with the releases, pointers and files of a lake."""
    return Proof(lake).problems()


def gc(lake: Lake, older_than: timedelta = FLOOR, dry_run: bool = False) -> GcReport:
    """Remove files that nothing can reach and that are older than a floor.

    Reachable is what any pointer of main or of a branch, or any release, stands on, with all
    snapshots that its metadata remembers. While a run or a lease is open, nothing younger than
    it is touched. Only folders that this catalog made are looked into. A file that cannot be
    read stops the collection before anything is removed: StorageError.
    """
    if not dry_run:
        lake.sweep()
    before = _floor(lake, older_than)
    # The files first: what becomes reachable while we look is found among the reachable.
    found = list(lake.store.own_files())
    reachable = _reachable(lake)
    lost = [
        file
        for file in found
        if file.location not in reachable and file.modified < before.timestamp()
    ]
    if not dry_run:
        _remove(lake, lost)
    return GcReport(
        removed=len(lost),
        size=sum(file.size for file in lost),
        kept=len(found) - len(lost),
        before=before,
        dry_run=dry_run,
        files=tuple(file.location for file in lost),
    )


def _reachable(lake: Lake) -> set[str]:
    reach = Reach(lake.files)
    roots = {location for _scope, _table, location in lake.pointers.everything()}
    roots |= lake.kept.locations()
    with lake.database.reading() as connection:
        roots |= set(connection.execute(select(rows.BASES.c.location)).scalars())
    reachable = roots | lake.views.locations() | _kept_views(lake)
    for root in roots:
        reachable |= {file.location for file in reach.of_document(lake.files.document(root))}
    return reachable


def _kept_views(lake: Lake) -> set[str]:
    return {view.metadata_location for release in lake.kept.all() for view in release.views}


def _floor(lake: Lake, older_than: timedelta) -> datetime:
    branches, leases = rows.BRANCHES, rows.LEASES
    with lake.database.reading() as connection:
        now = lake.database.now(connection)
        begun = [
            connection.execute(
                select(func.min(branches.c.created)).where(
                    branches.c.lake == lake.name, branches.c.state == BranchState.OPEN.value
                )
            ).scalar(),
            connection.execute(
                select(func.min(leases.c.since)).where(
                    leases.c.lake == lake.name, leases.c.until > rows.to_text(now)
                )
            ).scalar(),
        ]
    marks = (rows.to_moment(at) - _SLACK for at in begun if at)
    return min([datetime.now(UTC) - older_than, *marks])


def _remove(lake: Lake, lost: Sequence[StoredFile]) -> None:
    moves = rows.MOVES
    for start in range(0, len(lost), _AT_ONCE):
        part = [file.location for file in lost[start : start + _AT_ONCE]]
        # The past forgets a state before its file goes, so that it never points to nothing.
        with lake.database.writing() as connection:
            connection.execute(
                delete(moves).where(moves.c.lake == lake.name, moves.c.location.in_(part))
            )
        for location in part:
            lake.store.delete(location)
    _remove_empty_folders(lost)


def _remove_empty_folders(lost: Sequence[StoredFile]) -> None:
    folders = {path.parent for file in lost if (path := local_path(file.location))}
    folders |= {folder.parent for folder in folders if folder.name in {"data", "metadata"}}
    for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
