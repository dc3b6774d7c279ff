"""Bringing rows in: a file or frame landed as a table, a port staged where no reader looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mesh import drafts
from jupyter_mesh.errors import ConflictError, InputError, MeshError, NameNotFound
from jupyter_mesh.model.tables import Landing

if TYPE_CHECKING:
    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.product import DataProduct
    from jupyter_mesh.model.tables import Session, Snapshot
    from jupyter_mesh.parts import Parts
    from jupyter_mesh.protocols import Ticket


def land(
    parts: Parts,
    session: Session,
    source: Any,  # noqa: ANN401 - a path or a frame
    table: TableName,
    ticket: Ticket | None,
) -> Landing:
    """Make a file or a frame one version of a table that is no product's."""
    from jupyter_mesh.formats.digests import digest_of_file, digest_of_reader
    from jupyter_mesh.formats.frames import to_reader
    from jupyter_mesh.promotion import land as landing

    lake = _lake(parts, table)
    _refuse_port(parts, table)
    if isinstance(source, str | Path):
        rows: Any = Path(source).expanduser()
        kind, digest = str(source), digest_of_file(rows)
    else:
        kind = f"{type(source).__module__.partition('.')[0]}.{type(source).__name__}"
        digest, rows = digest_of_reader(to_reader(source)), to_reader(source)
    planned = Landing(table, kind, digest.media_type, digest.size, digest.sha256)
    return landing.land(lake, parts.engine(), rows, planned, session, ticket)


def stage(
    parts: Parts,
    session: Session,
    product: DataProduct,
    port: str,
    data: Any,  # noqa: ANN401 - a frame or a Result
    ticket: Ticket | None,
) -> Snapshot:
    """Write a port's rows to the run's branch, or to the actor's draft of the product."""
    from jupyter_mesh.formats.fitting import Fitted
    from jupyter_mesh.formats.frames import to_reader

    output = product.output(port)
    session = _on_branch(parts, session, product)
    fitted = Fitted(to_reader(data), output.contract.columns)
    try:
        parts.engine().write(output.table, fitted.reader, session, ticket)
    except MeshError as error:
        if fitted.fault is not None:
            raise fitted.fault from error
        raise
    return parts.home.snapshot(output.table, session.branch)


def current(parts: Parts, named: ProductName | None) -> DataProduct:
    """The product in use, or the one in whose folder the work is done."""
    if named is not None:
        return parts.products.product(named)
    here = Path.cwd()
    for name in parts.products.names():
        product = parts.products.product(name)
        if here.is_relative_to(product.folder):
            return product
    raise InputError(
        "It is not clear which product's port is meant.",
        remedy="Say so first: %mesh use domain/product, or mesh.use('domain/product').",
    )


def _on_branch(parts: Parts, session: Session, product: DataProduct) -> Session:
    if session.branch:
        return session
    return replace(session, branch=drafts.opened(parts.home, product, session.actor).name)


def _lake(parts: Parts, table: TableName) -> Lake:
    if table.catalog not in parts.lakes:
        remedy = "Only such a catalog is written."
        raise NameNotFound("Iceberg catalog", table.catalog, parts.lakes, remedy=remedy)
    return parts.lakes[table.catalog]


def _refuse_port(parts: Parts, table: TableName) -> None:
    if owner := parts.owner_of(table):
        raise ConflictError(
            f"{table} belongs to the product {owner}.",
            remedy=f"Its tables change by promotion alone: mesh promote {owner}.",
        )
