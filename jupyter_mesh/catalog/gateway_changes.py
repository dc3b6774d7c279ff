"""What a client wants to change: parsed, held against the tables, made all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import TableIdentifier  # noqa: TC002 - pydantic reads it
from pyiceberg.table.metadata import TableMetadata, TableMetadataV1, new_table_metadata
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.table.update import (
    AddSnapshotUpdate,
    AssertCreate,
    AssertRefSnapshotId,
    SetSnapshotRefUpdate,
    SetStatisticsUpdate,
    TableRequirement,
    TableUpdate,
    update_table_metadata,
)
from pyiceberg.typedef import IcebergBaseModel

from jupyter_mesh.catalog.metadata import MANAGED
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import InputError, NameNotFound
from jupyter_mesh.model.names import TableName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_mesh.catalog.lake import Lake

FORMAT_VERSION = 2


class CreateRequest(IcebergBaseModel):
    """The protocol's CreateTableRequest; a client may leave out more than the standard says."""

    name: str = Field(min_length=1)
    location: str | None = None
    table_schema: Schema = Field(alias="schema")
    partition_spec: PartitionSpec | None = Field(alias="partition-spec", default=None)
    write_order: SortOrder | None = Field(alias="write-order", default=None)
    stage_create: bool = Field(alias="stage-create", default=False)
    properties: dict[str, str] = Field(default_factory=dict)


class CommitRequest(IcebergBaseModel):
    """The protocol's CommitTableRequest, where the path names the table."""

    requirements: tuple[TableRequirement, ...] = ()
    updates: tuple[TableUpdate, ...] = ()


class NamedCommitRequest(CommitRequest):
    """A CommitTableRequest among several, which names its own table."""

    identifier: TableIdentifier

    def table(self, catalog: str) -> TableName:
        """The table's full name; InputError for a schema in a schema."""
        namespace = self.identifier.namespace.root
        if len(namespace) != 1:
            raise InputError("A schema has one name; schemas in schemas are not kept here.")
        return TableName(catalog, namespace[0], self.identifier.name)


class TransactionRequest(IcebergBaseModel):
    """The protocol's CommitTransactionRequest."""

    table_changes: tuple[NamedCommitRequest, ...] = Field(alias="table-changes", min_length=1)


def stage(lake: Lake, table: TableName, wanted: CreateRequest) -> TableMetadata:
    """The metadata a table would begin with; its folders are made, nothing is written.

    DuckDB writes its files before the table is there, and makes no folders of its own.
    """
    _check_version(wanted.properties.get("format-version", FORMAT_VERSION))
    return new_table_metadata(
        schema=wanted.table_schema,
        partition_spec=wanted.partition_spec or UNPARTITIONED_PARTITION_SPEC,
        sort_order=wanted.write_order or UNSORTED_SORT_ORDER,
        location=lake.location_for(table),
        properties=_managed(wanted.properties),
    )


def create(
    lake: Lake, branch: str, table: TableName, wanted: CreateRequest
) -> tuple[TableMetadata, str]:
    """Make an empty table on the branch; answers its metadata and where that lies."""
    metadata = stage(lake, table, wanted)
    location = lake.write_metadata(metadata)
    lake.commit(branch, [PointerChange(table, None, location)])
    return metadata, location


def commit(
    lake: Lake, branch: str, wanted: Sequence[tuple[TableName, CommitRequest]]
) -> list[tuple[TableMetadata, str]]:
    """Make every change, or none; answers the new metadata and where it lies, in order.

    Raises CommitFailedException when a table is not as the client believed, ConflictError
    when somebody else was faster, ValueError for an update that does not fit the table.
    """
    found: dict[TableName, _Standing] = {}
    changed: dict[TableName, TableMetadata] = {}
    for table, request in wanted:
        if table not in found:
            found[table] = _Standing.find(lake, branch, table)
        changed[table] = found[table].after(request, changed.get(table))
    locations = {
        table: lake.write_metadata(metadata, found[table].location)
        for table, metadata in changed.items()
    }
    changes = [
        PointerChange(table, found[table].location, location)
        for table, location in locations.items()
    ]
    lake.commit(branch, changes)
    return [(changed[table], locations[table]) for table, _request in wanted]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A table as it stands before any change; one that is not there yet stands nowhere."""

    lake: Lake
    table: TableName
    location: str | None = None
    metadata: TableMetadata | None = None

    @classmethod
    def find(cls, lake: Lake, branch: str, table: TableName) -> _Standing:
        """Look it up on the branch."""
        try:
            return cls(lake, table, *lake.load(table, branch))
        except NameNotFound:
            return cls(lake, table)

    def after(self, request: CommitRequest, before: TableMetadata | None) -> TableMetadata:
        """The table after a request; `before` is what earlier requests made of it."""
        before = before or self.metadata
        if before is None and not _creates(request):
            raise NameNotFound("table", str(self.table))
        for requirement in request.requirements:
            requirement.validate(before)
        _check_parent(before, request)
        metadata = update_table_metadata(
            before or _nothing(),
            request.updates,
            enforce_validation=before is None,
            metadata_location=self.location,
        )
        _check_version(metadata.format_version)
        if before is None or metadata.location != before.location:
            self._check_place(metadata.location)
        for place in _places(request):
            # A table that another tool made may lie elsewhere, and then so do its files.
            if before is None or not _is_inside(place, before.location):
                self._check_place(place)
        return metadata.model_copy(update={"properties": _managed(metadata.properties)})

    def _check_place(self, location: str) -> None:
        """A client must not make this catalog write, or others read, anywhere else."""
        if not _is_inside(location, self.lake.warehouse):
            raise InputError(f"{self.table} must lie inside the warehouse.")


def _places(request: CommitRequest) -> Iterator[str]:
    """The files that a request makes a table stand on."""
    for update in request.updates:
        if isinstance(update, AddSnapshotUpdate):
            yield update.snapshot.manifest_list
        elif isinstance(update, SetStatisticsUpdate):
            yield update.statistics.statistics_path


def _is_inside(location: str, folder: str) -> bool:
    return location.startswith(f"{folder}/") and ".." not in location.split("/")


def _nothing() -> TableMetadata:
    """What the updates of a new table are applied to; they raise its version themselves."""
    return TableMetadataV1.model_construct(last_column_id=-1, schema=Schema())


def _check_version(version: int | str) -> None:
    if str(version) != str(FORMAT_VERSION):
        raise InputError(f"Tables are kept in format version 2; {version} was asked for.")


def _creates(request: CommitRequest) -> bool:
    return any(isinstance(requirement, AssertCreate) for requirement in request.requirements)


def _check_parent(metadata: TableMetadata | None, request: CommitRequest) -> None:
    """Refuse a snapshot made from an older state than the one it would replace.

    Clients say so themselves by a requirement; one that forgets must not lose rows either.
    """
    if metadata is None or any(
        isinstance(requirement, AssertRefSnapshotId) and requirement.ref == MAIN_BRANCH
        for requirement in request.requirements
    ):
        return
    head = metadata.current_snapshot_id
    added = {
        update.snapshot.snapshot_id: update.snapshot.parent_snapshot_id
        for update in request.updates
        if isinstance(update, AddSnapshotUpdate)
    }
    for update in request.updates:
        if not isinstance(update, SetSnapshotRefUpdate) or update.ref_name != MAIN_BRANCH:
            continue
        ancestor: int | None = update.snapshot_id
        while ancestor in added:
            ancestor = added[ancestor]
        if ancestor != head:
            raise CommitFailedException("The table has changed since it was read.")


def _managed(properties: Mapping[str, str]) -> dict[str, str]:
    """The properties with those that keep shared files safe, whatever a client asks for."""
    wanted = {key: value for key, value in properties.items() if key != "format-version"}
    return {**wanted, **MANAGED}
