"""Tables in time: snapshots, branches, pins and the session that reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.names import ProductName, TableName
    from jupyter_mesh.model.policy import Actor


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable state of one Iceberg table.

    `metadata_location` names an immutable file; `snapshot_id` is None for a table that was
    never written. `rows` is None where the metadata does not tell. What the file holds as
    current is meant, with the columns of that moment, unless `by_number`: then it is an older
    state, which the file knows by the snapshot's id.
    """

    table: TableName
    metadata_location: str
    uuid: str
    snapshot_id: int | None
    schema_id: int
    rows: int | None
    columns: tuple[Column, ...]
    committed: datetime | None = None
    by_number: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class View:
    """A query under a name, in Trino's SQL.

    `catalog` and `schema` are what its short names were completed with; `columns` are those
    that the query had when the view was made.
    """

    name: TableName
    sql: str
    catalog: str
    schema: str
    columns: tuple[Column, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """A view as a release left it: its query, and the metadata file that tells it."""

    name: TableName
    sql: str
    metadata_location: str


@dataclass(frozen=True, slots=True)
class Pin:
    """What exactly was read: an Iceberg snapshot, or a source's digest where there is none.

    `release` is `domain/product@version` when the table was read as a port of a release.
    """

    table: TableName
    snapshot_id: int | None = None
    metadata_location: str = ""
    uuid: str = ""
    release: str = ""
    digest: str = ""


class BranchState(StrEnum):
    """The life of a branch; only an open one can be published."""

    OPEN = "open"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Branch:
    """A hidden set of table pointers: another `catalog_name` in the same catalog database."""

    name: str
    state: BranchState
    run_id: str
    product: ProductName | None
    created: datetime
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an Iceberg REST catalog listens; `warehouse` names the branch there."""

    uri: str
    token: str = field(repr=False)
    warehouse: str


@dataclass(frozen=True, slots=True)
class AsOf:
    """A point of time or a version to read a table at; exactly one of them is set.

    `version` is a snapshot id in digits or a release's tag such as `v1.2.0`.
    """

    version: str = ""
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a landed version came from: source, media type, size in bytes, SHA-256 digest."""

    table: TableName
    source: str
    media_type: str
    size: int
    digest: str
    rows: int = 0
    snapshot_id: int | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Under which names, on which branch, at which pins and for whom a statement runs.

    `pins` wins over the branch, the branch over main. `as_of` applies to every table that the
    statement does not pin itself. Parameters are values by name.
    """

    actor: Actor
    catalog: str = ""
    schema: str = ""
    branch: str = ""
    run_id: str = ""
    zone: str = "UTC"
    as_of: AsOf | None = None
    pins: Mapping[TableName, Snapshot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """What one statement touched: tables read with their pins, tables written."""

    reads: tuple[Pin, ...] = ()
    writes: tuple[TableName, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """How a statement went: rows answered or changed, wall seconds, engine, query id."""

    rows: int = 0
    seconds: float = 0.0
    engine: str = ""
    query_id: str = ""
    update: str = ""
    access: Access = field(default_factory=Access)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit: who ran what, when, touching what, and how it ended."""

    at: datetime
    actor: str
    action: str
    subject: str
    run_id: str = ""
    access: Access = field(default_factory=Access)
    outcome: str = "done"
    facts: Mapping[str, Any] = field(default_factory=dict)
