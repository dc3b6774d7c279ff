"""Going back: an older release's tables become current again, by a new release that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_mesh.catalog.branches import StagedChange
from jupyter_mesh.catalog.metadata import restored
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.catalog.releases import overtaken
from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.model.runs import PortSnapshot, ReleaseState
from jupyter_mesh.model.versions import Change, VersionDecision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from jupyter_mesh.catalog.publishing import Publisher
    from jupyter_mesh.model.names import ProductName
    from jupyter_mesh.model.policy import Actor
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.model.versions import ReleaseRef, Version


@dataclass(frozen=True, slots=True)
class Return:
    """A rollback that is ready: the head it begins at, the new release, where tables and
    views go.
    """

    head: Release
    release: Release
    steps: tuple[PointerChange, ...]
    views: tuple[StagedChange, ...] = ()


def roll_back(
    publisher: Publisher,
    product: ProductName,
    to: ReleaseRef,
    actor: Actor,
    notices: Iterable[str],
) -> Release:
    """Publish an older release again under the next refresh of its number."""
    ready = prepared(publisher, product, to, actor)
    releases, release = publisher.releases, ready.release
    with publisher.pointers.database.writing() as connection:
        row = unmoved(publisher, connection, ready)
        for step in ready.steps:
            publisher.pointers.step(connection, "", step)
            publisher.pointers.check_unserved(connection, step.table, str(product))
            publisher.pointers.note(connection, step, release.created)
        for view in ready.views:
            publisher.views.move(connection, view)
        sealed = releases.enter(connection, release, row, ReleaseState.ROLLED_BACK)
        publisher.trail.post(connection, f"{product}@{release.version}", notices)
    return sealed


def prepared(
    publisher: Publisher, product: ProductName, to: ReleaseRef, actor: Actor
) -> Return:
    """Write what the tables of the older release will stand on; nothing points there yet.

    The tables go on from where they are: the older snapshot becomes current in new metadata,
    so that no history, tag or column id is lost. Evidence and inputs are those of the older
    release, for it is its data. A table that only the newer release has stays as it is; its
    views go, for what they ask for need not be there any more.
    """
    head, target = _chosen(publisher, product, to)
    steps, outputs = [], []
    for output in target.outputs:
        step, again = _step(publisher, output)
        steps.append(step)
        outputs.append(again)
    release = replace(
        target,
        version=_next_free(publisher, target),
        created=datetime.now(UTC),
        actor=actor,
        outputs=tuple(outputs),
        version_decision=VersionDecision(
            Change.NONE, (f"rolled back from {head.version} to {target.version}",)
        ),
        kind="rollback",
        restores=str(target.version),
    )
    moved = [step for step in steps if step.base_location != step.new_location]
    publisher.tables.settle((step.new_location, step.base_location) for step in moved)
    steps = sorted(moved, key=lambda step: step.table)
    return Return(head, release, tuple(steps), tuple(_view_steps(publisher, head, target)))


def unmoved(publisher: Publisher, connection: Connection, ready: Return) -> Row[Any]:
    """The product's head; ConflictError when it is no longer the one it was."""
    row = publisher.releases.head(connection, ready.release.product)
    if row is None or row.digest != ready.head.digest:
        raise overtaken(ready.release.product, f"its release {row.version}" if row else "")
    publisher.releases.check_free(connection, ready.release)
    return row


def _chosen(
    publisher: Publisher, product: ProductName, to: ReleaseRef
) -> tuple[Release, Release]:
    if to.product != product:
        raise InputError(f"{to} is not a release of {product}.")
    target = publisher.releases.find(to)
    head = publisher.releases.latest(product)
    if head is None:
        raise NameNotFound("release", str(to))
    if head.version == target.version:
        raise InputError(
            f"{product} {target.version} is the current release.",
            remedy=f"See the others with: mesh releases {product}.",
        )
    return head, target


def _step(publisher: Publisher, output: PortSnapshot) -> tuple[PointerChange, PortSnapshot]:
    """Where the table has to go, and what the port serves then."""
    tables, old = publisher.tables, output.snapshot
    with publisher.pointers.database.reading() as connection:
        base = publisher.pointers.find(connection, old.table)
    location = old.metadata_location
    if base is not None and old.snapshot_id is not None:
        document = tables.document(base)
        again = restored(document, old.snapshot_id, old.schema_id)
        # A table that was made anew does not know the old one's snapshots: then the old
        # metadata itself comes back, which the release has kept.
        if document["table-uuid"] == old.uuid and again is not None:
            location = tables.write_document(again, base)
    snapshot = replace(tables.state(old.table, location), columns=old.columns, rows=old.rows)
    return PointerChange(old.table, base, location), replace(output, snapshot=snapshot)


def _view_steps(publisher: Publisher, head: Release, target: Release) -> Iterator[StagedChange]:
    """What has to become of each view of the two releases."""
    goal = {view.name: view.metadata_location for view in target.views}
    names = sorted(goal.keys() | {view.name for view in head.views})
    standing = publisher.views.standing() if names else {}
    for name in names:
        base, location = standing.get(name), goal.get(name)
        if base != location:
            yield StagedChange(name, base, base, location)


def _next_free(publisher: Publisher, target: Release) -> Version:
    version = target.version
    taken = [
        release.version.refresh
        for release in publisher.releases.all(target.product)
        if replace(release.version, refresh=version.refresh) == version
    ]
    return replace(version, refresh=max(taken) + 1)
