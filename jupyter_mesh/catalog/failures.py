"""What a database's or a disk's failure means to a person, and what to do about it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError, StorageError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

    from jupyter_mesh.errors import MeshError

# Beginnings of SQLite's result codes (https://sqlite.org/rescode.html).
_SQLITE = {
    "SQLITE_BUSY": (
        "is locked by another program",
        "Wait for it to end, or stop it; nothing was changed.",
    ),
    "SQLITE_LOCKED": ("is locked by another program", "Try again; nothing was changed."),
    "SQLITE_FULL": ("has no room: the disk is full", "Free some space and try again."),
    "SQLITE_READONLY": (
        "cannot be written: the file or its folder is read-only",
        "Give this user the right to write there, or name another place in mesh.yaml.",
    ),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "Check that its folder is there and that this user may read and write it.",
    ),
    "SQLITE_IOERR": (
        "cannot be read or written: the disk answered with an error",
        "Check the disk's space and health; nothing was changed.",
    ),
    "SQLITE_CORRUPT": ("is damaged", "Put back a copy, then run mesh fsck."),
    "SQLITE_NOTADB": ("is not a SQLite database", "Name another file in mesh.yaml."),
}
# Beginnings of PostgreSQL's codes (documentation, appendix A).
_POSTGRESQL = {
    "28": ("refuses the user or the password", "Check user and password in mesh.yaml."),
    "3D": ("does not exist", "Make it with createdb, or name another one in mesh.yaml."),
    "42501": ("refuses this user the right", "Grant the user rights on the database."),
    "53": ("has no room or no free connection", "Free some and try again."),
    "55P03": ("is locked by somebody else", "Try again; nothing was changed."),
    "57": ("is shutting down", "Try again when it is up; nothing was changed."),
}
_DISK = {
    errno.ENOSPC: ("the disk is full", "Free some space and try again."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and try again."),
    errno.EROFS: ("the disk is read-only", "Name another warehouse in mesh.yaml."),
    errno.EACCES: ("this user may not", "Give this user the right, or name another place."),
    errno.EPERM: ("this user may not", "Give this user the right, or name another place."),
    errno.ENOENT: ("it is not there", "Put it back, or find what else is missing: mesh fsck."),
}


def _narrower(code: str, folder: Path) -> str:
    """SQLite's code, or a plainer one where a look at the folder tells what is behind it.

    With write-ahead logging a full disk or a read-only folder fails where its shared memory
    is made, under codes that say nothing of either.
    """
    if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and folder.is_dir():
        if not os.access(folder, os.W_OK):
            return "SQLITE_READONLY"
        if shutil.disk_usage(folder).free == 0:
            return "SQLITE_FULL"
    return code


def explained(error: DBAPIError, place: str) -> MeshError:
    """The database's error in our words; its own text stays in the chain."""
    code = getattr(error.orig, "sqlite_errorname", None) or ""
    state = getattr(error.orig, "sqlstate", None) or ""
    if code.startswith("SQLITE_CONSTRAINT") or state.startswith("23"):
        return ConflictError(
            "Somebody else wrote the same at the same moment.", remedy="Try again."
        )
    if state in {"40001", "40P01"}:
        return ConflictError("Somebody else was faster.", remedy="Try again.")
    code = _narrower(code, Path(place).parent)
    for known, (what, remedy) in (_SQLITE if code else _POSTGRESQL).items():
        if (code or state).startswith(known):
            return StorageError(f"The catalog database {place} {what}.", remedy=remedy)
    if code or state:
        return StorageError(
            f"The catalog database {place} failed ({code or state}).",
            remedy="Look into its log; nothing was changed.",
        )
    return StorageError(
        f"The catalog database {place} cannot be reached{_reason(error)}.",
        remedy="Check that it is running and that the address in mesh.yaml is right.",
    )


def _reason(error: DBAPIError) -> str:
    """What the driver says in its first line, which names no password."""
    lines = str(error.orig).strip().splitlines()
    words = lines[0].rpartition("failed: ")[2].rpartition("FATAL:")[2] if lines else ""
    return f": {words.strip().rstrip('.')}" if words.strip() else ""


def unreadable(location: str, error: OSError) -> StorageError:
    """A file that cannot be read."""
    return _disk("read", location, error)


def unwritable(location: str, error: OSError) -> StorageError:
    """A file that cannot be written."""
    return _disk("written", location, error)


def _disk(verb: str, location: str, error: OSError) -> StorageError:
    reason, remedy = _DISK.get(
        error.errno or 0, (error.strerror or type(error).__name__, "Try again.")
    )
    return StorageError(f"{location} cannot be {verb}: {reason}.", remedy=remedy)
