"""Folders of the stack: what the disk refuses is said plainly, and nothing stays half made."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_mesh.errors import StorageError
from jupyter_mesh.stack.locks import held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def kept(folder: Path, remedy: str = "") -> Iterator[None]:
    """Turn what the disk refuses below a folder into a StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{error.filename or folder} cannot be used: {error.strerror or error}.",
            remedy=remedy or "May you write there, and is there room on the disk?",
        ) from error


def made_once(
    target: Path, make: Callable[[Path], None], busy: Callable[[], None], remedy: str = ""
) -> Path:
    """The folder, filled by `make` on first need; of several processes one makes it.

    `busy` is called when another one is at it.
    """
    if target.is_dir():
        return target
    lock = target.with_name(f"{target.name}.lock")
    with kept(target.parent, remedy), held(lock, busy):
        if not target.is_dir():
            _sweep(target)
            with whole(target) as part:
                make(part)
    return target


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A folder to fill beside the target, which takes its name when all went well.

    Whatever was begun is removed otherwise: nobody ever sees half of it.
    """
    part = target.with_name(f"{_prefix(target)}{uuid4().hex}")
    try:
        part.mkdir(parents=True)
        yield part
        _write_through(part)
        part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what processes that were killed had begun."""
    for stray in target.parent.glob(f"{_prefix(target)}*"):
        shutil.rmtree(stray, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name}.part-"


def _write_through(folder: Path) -> None:
    """Have the files on the disk before their name says that they are whole."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            number = os.open(path, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)
