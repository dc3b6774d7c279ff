"""Routes of one table: its page, and its first rows."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Any

from jupyter_mesh.errors import MeshError, QueryCancelled, QueryError
from jupyter_mesh.formats.records import record
from jupyter_mesh.model.diff import columns_changed
from jupyter_mesh.model.names import TableName, quote
from jupyter_mesh.server.route import ARROW, Asked, Blob, Route, number

if TYPE_CHECKING:
    import pyarrow as pa

    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.catalog.releases import Served
    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.product import OutputPort
    from jupyter_mesh.model.tables import Snapshot
    from jupyter_mesh.protocols import Result
    from jupyter_mesh.server.visit import Visit

# A cell of a preview is looked at, not read; a table of them has to fit into a browser.
LONGEST_CELL = 10_000
LARGEST_PREVIEW = 32 * 2**20
PREVIEW_SECONDS = 60.0
_VERSIONS = 50


def preview(visit: Visit) -> Blob:
    """The first rows of a table as an Arrow stream."""
    return Blob(_stream(first_rows(visit)), ARROW)


def first_rows(visit: Visit) -> Result:
    """The first rows of a table, read to their end; long texts are cut."""
    name = TableName.parse(visit["table"])
    columns = visit.mesh.parts.engine().describe(name, visit.mesh.session)
    items = ", ".join(_cut(column) for column in columns)
    sql = f"SELECT {items} FROM {name.sql} LIMIT {visit['limit']}"  # noqa: S608 - quoted names
    # The browser may wait for ever; nobody looks at a table for longer than this.
    limit = Timer(PREVIEW_SECONDS, visit.ticket.cancel)
    limit.daemon = True
    limit.start()
    try:
        result = visit.mesh.query(sql, ticket=visit.ticket)
        result.arrow()
    except QueryCancelled as error:
        raise QueryError(
            f"The preview of {name} was stopped; it took longer than anybody looks.",
            remedy="Ask for fewer columns in a %%mesh cell.",
        ) from error
    finally:
        limit.cancel()
    return result


def _cut(column: Column) -> str:
    name = quote(column.name)
    if column.type.base != "varchar":
        return name
    cut = f"substr({name}, 1, {LONGEST_CELL})"
    return f"CASE WHEN length({name}) > {LONGEST_CELL} THEN {cut} ELSE {name} END AS {name}"


def _stream(result: Result) -> bytes:
    import pyarrow as pa

    table: pa.Table = result.arrow()
    # Arrow's own types are coarser: the grid shows those that Trino gave.
    fields = [
        field.with_metadata({"trino": str(column.type)})
        for field, column in zip(table.schema, result.columns, strict=True)
    ]
    table = table.cast(pa.schema(fields))
    while table.nbytes > LARGEST_PREVIEW and table.num_rows > 1:
        table = table.slice(0, table.num_rows // 2)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def table(visit: Visit) -> dict[str, Any]:
    """A table with its columns, what is known of it, and its versions."""
    name = TableName.parse(visit["name"])
    found = visit.mesh.describe(str(name))
    known, facts = _statistics(visit.mesh, name)
    product, output = serving(visit.mesh, name)
    promised = {column.name: column for column in output.contract.columns} if output else {}
    told: dict[str, Any] = {
        "name": str(name),
        "columns": [
            _column(column, promised.get(column.name)) | known.get(column.name, {})
            for column in found.columns
        ],
        "facts": record(found.facts) | facts,
        "product": product or None,
        "port": output.name if output else None,
        "rules": record(output.contract.rules) if output else [],
        "versions": _versions(visit.mesh, name),
    }
    if output is not None:
        told["facts"]["description"] = output.description
        told["facts"]["service levels"] = dict(output.contract.sla)
    return told


def _column(found: Column, promised: Column | None) -> dict[str, Any]:
    told = promised or found
    return {
        "name": found.name,
        "type": str(found.type),
        "required": found.required or told.required,
        "comment": told.description or found.description,
        "unique": told.unique,
        "primary_key": told.primary_key,
        "classification": told.classification,
        "unit": told.unit,
        "tags": list(told.tags),
    }


def _statistics(mesh: Mesh, table: TableName) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the metadata tells of the columns, by name, and of the files."""
    from jupyter_mesh.catalog.statistics import statistics

    lake = _keeper(mesh, table)
    if lake is None:
        return {}, {}
    state = lake.snapshot(table)
    if state.snapshot_id is None:
        return {}, {}
    try:
        metadata = lake.files.parsed(state.metadata_location)
        told = statistics(metadata, state.snapshot_id, lake.file_io())
    except MeshError as error:
        # The rest of the page is right, and it is here that somebody sees what is not.
        return {}, {"statistics": error.message}
    return record(told.columns), {"files": told.files, "bytes": told.size}


def _keeper(mesh: Mesh, table: TableName) -> Lake | None:
    """The lake that keeps a table's states; none for a view, which has no rows of its own."""
    lake = mesh.parts.lakes.get(table.catalog)
    return lake if lake and lake.views.find(table, mesh.session.branch) is None else None


def serving(mesh: Mesh, table: TableName) -> tuple[str, OutputPort | None]:
    """The product that serves a table, and its port; nothing where none does."""
    for name in mesh.parts.products.names():
        if name.schema == table.schema:
            try:
                product = mesh.parts.products.product(name)
            except MeshError:
                # Its files are nonsense, which its own page tells.
                continue
            for output in product.outputs:
                if output.table == table:
                    return str(name), output
    return "", None


def _versions(mesh: Mesh, table: TableName) -> list[dict[str, Any]]:
    lake = _keeper(mesh, table)
    if lake is None:
        return []
    served = {one.snapshot_id: one for one in lake.kept.of_table(table)}
    states = lake.history(table)[: _VERSIONS + 1]
    before = [*states[1:], None]
    return [
        _version(state, earlier, served.get(state.snapshot_id))
        for state, earlier in list(zip(states, before, strict=True))[:_VERSIONS]
    ]


def _version(state: Snapshot, before: Snapshot | None, served: Served | None) -> dict[str, Any]:
    """One state of a table, and how its columns differ from those of the state before."""
    changed = columns_changed(before.columns, state.columns) if before else ((), (), ())
    added, removed, retyped = map(list, changed)
    return {
        "snapshot_id": str(state.snapshot_id or ""),
        "committed": record(state.committed),
        "rows": state.rows,
        "release": f"{served.product}@{served.version}" if served else None,
        "added": added,
        "removed": removed,
        "retyped": retyped,
    }


_NAME = {"type": "string", "minLength": 1, "maxLength": 1000}
_ANSWER = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "columns": {"type": "array", "items": {"type": "object"}},
        "facts": {"type": "object"},
        "product": {"type": ["string", "null"]},
        "versions": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["name", "columns", "facts", "product", "versions"],
}
ROUTES = (
    Route(
        "GET",
        "preview",
        "The first rows of a table.",
        preview,
        (
            Asked("table", "catalog.schema.table", _NAME, required=True),
            Asked("limit", "How many rows at most.", number(100, 1, 10_000)),
        ),
        ARROW,
    ),
    Route(
        "GET",
        "table",
        "A table's columns, facts and versions.",
        table,
        (Asked("name", "catalog.schema.table", _NAME, required=True),),
        _ANSWER,
    ),
)
