"""Keeping a branch alive while a long run works on it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_mesh.errors import ConflictError, MeshError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.protocols import Catalog

# A branch's lease lasts minutes: several renewals may fail before it is lost.
EVERY_SECONDS = 20.0


@contextmanager
def kept(
    catalog: Catalog, branch: str, cancel: threading.Event, every: float = EVERY_SECONDS
) -> Iterator[None]:
    """Renew the branch's lease from a thread until the block is left.

    A branch that is no longer open sets `cancel`, so that the run ends too; leaving the block
    then raises ConflictError.
    """
    left = threading.Event()
    lost: list[ConflictError] = []

    def renew() -> None:
        while not left.wait(every):
            try:
                catalog.renew(branch)
            except ConflictError as error:
                lost.append(error)
                cancel.set()
                return
            except StorageError:
                continue  # a database that is away for a moment may be back in time

    thread = threading.Thread(target=renew, name=f"lease of {branch}", daemon=True)
    thread.start()
    try:
        yield
    except MeshError as error:
        if lost:
            raise _lost(branch, lost[0]) from error
        raise
    finally:
        left.set()
        thread.join(timeout=every)
    if lost:
        raise _lost(branch, lost[0])


def _lost(branch: str, error: ConflictError) -> ConflictError:
    return ConflictError(
        f"The branch {branch} was taken away while it was worked on: {error.message}",
        remedy="Promote again; a run that is quiet for minutes is taken for dead.",
    )
