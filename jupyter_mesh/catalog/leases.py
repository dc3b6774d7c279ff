"""Leases: who holds a resource alone, how long they wait for it, and when it falls free."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, insert, select, update

from jupyter_mesh.catalog import processes, rows
from jupyter_mesh.errors import ConflictError, MeshError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from sqlalchemy import ColumnElement

    from jupyter_mesh.catalog.database import Database

_LEASES = rows.LEASES
_FIRST_WAIT = 0.02
_LONGEST_WAIT = 0.5
# Between the holder's name and the process, which is nobody's business.
_MARK = " \x1f"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease while it is held; the token grows with every holder of the resource.

    Renewing and giving back ask for the token, so that a holder who slept through the end of
    the lease cannot touch the lease of the next one.
    """

    resource: str
    owner: str
    token: int


class Leases:
    """The leases of one lake; `term` is how long one lasts without being renewed."""

    def __init__(self, lake: str, database: Database, term: timedelta) -> None:
        self.lake = lake
        self.database = database
        self.term = term
        # Let go here while the database was away, which still says that they are held.
        self._unreturned: set[tuple[str, int]] = set()

    @contextmanager
    def hold(self, resource: str, owner: str, wait: float = 0.0) -> Iterator[Held]:
        """Hold a resource alone, renewed by a thread while the block runs.

        Raises ConflictError that says who holds it after `wait` seconds. A lease that cannot be
        given back ends with its term, for others; what the block raises is what is raised.
        """
        held = self._taken(resource, owner, wait)
        done = threading.Event()
        thread = threading.Thread(
            target=self._keep, args=(held, done), name=f"mesh-lease {resource}", daemon=True
        )
        thread.start()
        try:
            yield held
        finally:
            done.set()
            thread.join()
            self._give_back(held)

    def take(self, resource: str, owner: str) -> Held | str:
        """The lease when it is free, or who holds it and since when.

        It falls free when its term ends, and at once when its holder was a process of this
        machine that is dead.
        """
        with self.database.writing(durable=False) as connection:
            now = self.database.now(connection)
            found = connection.execute(
                select(_LEASES).where(self._is(resource)).with_for_update()
            ).first()
            if (
                found is not None
                and found.until > rows.to_text(now)
                and not _is_abandoned(found.owner)
                and (resource, found.token) not in self._unreturned
            ):
                name = found.owner.partition(_MARK)[0]
                return f"{name} since {rows.to_moment(found.since):%H:%M:%S} UTC"
            token = found.token + 1 if found is not None else 1
            values = {
                "owner": f"{owner}{_MARK}{processes.mark()}",
                "token": token,
                "since": rows.to_text(now),
                "until": rows.to_text(now + self.term),
            }
            if found is None:
                connection.execute(
                    insert(_LEASES).values(lake=self.lake, resource=resource, **values)
                )
            else:
                connection.execute(update(_LEASES).where(self._is(resource)).values(**values))
        return Held(resource, owner, token)

    def renew(self, held: Held) -> bool:
        """Extend a lease; False when it has ended and somebody else took it."""
        with self.database.writing(durable=False) as connection:
            until = self.database.now(connection) + self.term
            done = connection.execute(
                update(_LEASES).where(self._is_ours(held)).values(until=rows.to_text(until))
            )
        return done.rowcount == 1

    def running(self) -> list[str]:
        """The resources that are held now."""
        with self.database.reading() as connection:
            now = rows.to_text(self.database.now(connection))
            found = connection.execute(
                select(_LEASES.c.resource, _LEASES.c.owner).where(
                    _LEASES.c.lake == self.lake, _LEASES.c.until > now
                )
            ).all()
        return sorted(one.resource for one in found if not _is_abandoned(one.owner))

    def _taken(self, resource: str, owner: str, wait: float) -> Held:
        patience = time.monotonic() + wait
        pause = _FIRST_WAIT
        while True:
            found = self._tried(resource, owner)
            if isinstance(found, Held):
                return found
            left = patience - time.monotonic()
            if left <= 0:
                raise ConflictError(
                    f"{resource} is held by {found}.",
                    remedy="Wait for it to end, then try again.",
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_WAIT)

    def _tried(self, resource: str, owner: str) -> Held | str:
        try:
            return self.take(resource, owner)
        except ConflictError:
            # Two made the resource's first row at once; the other one has it.
            return "somebody else"

    def _keep(self, held: Held, done: threading.Event) -> None:
        pause = self.term.total_seconds() / 3
        while not done.wait(pause):
            try:
                if not self.renew(held):
                    _LOG.warning("The lease on %s was lost.", held.resource)
                    return
            except MeshError as error:
                # The next turn tries again; there are two more before the lease ends.
                _LOG.warning("The lease on %s was not renewed: %s", held.resource, error)

    def _give_back(self, held: Held) -> None:
        try:
            with self.database.writing(durable=False) as connection:
                now = rows.to_text(self.database.now(connection))
                connection.execute(update(_LEASES).where(self._is_ours(held)).values(until=now))
        except MeshError as error:
            self._unreturned.add((held.resource, held.token))
            _LOG.warning("The lease on %s was not given back: %s", held.resource, error)

    def _is(self, resource: str) -> ColumnElement[bool]:
        return and_(_LEASES.c.lake == self.lake, _LEASES.c.resource == resource)

    def _is_ours(self, held: Held) -> ColumnElement[bool]:
        return and_(self._is(held.resource), _LEASES.c.token == held.token)


def _is_abandoned(owner: str) -> bool:
    """Whether the owner was a process of this machine that is dead."""
    return processes.is_gone(owner.partition(_MARK)[2])
