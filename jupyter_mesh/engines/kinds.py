"""DuckDB's types in Trino's words, for tables that are not the mesh's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_mesh.model.contract import Column
from jupyter_mesh.model.names import quote
from jupyter_mesh.model.types import Field, TrinoType
from jupyter_mesh.sql.embedded import Relation
from jupyter_mesh.sql.embedded.types import duck, supported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from duckdb import DuckDBPyConnection

_SIMPLE = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "utinyint": "smallint",
    "usmallint": "integer",
    "uinteger": "bigint",
    "ubigint": "decimal(20,0)",
    "hugeint": "decimal(38,0)",
    "float": "real",
    "double": "double",
    "varchar": "varchar",
    "enum": "varchar",
    "blob": "varbinary",
    "date": "date",
    "time": "time(6)",
    "timestamp": "timestamp(6)",
    "timestamp_s": "timestamp(0)",
    "timestamp_ms": "timestamp(3)",
    # Finer than Iceberg keeps; Trino reads such files to its configured precision as well.
    "timestamp_ns": "timestamp(6)",
    "timestamp with time zone": "timestamp(6) with time zone",
    "uuid": "uuid",
}


def trino_type(kind: Any) -> TrinoType | None:  # noqa: ANN401 - DuckDBPyType
    """The Trino type of a DuckDB type; None where Trino has no exact word for it."""
    match kind.id:
        case "decimal":
            (_, precision), (_, scale) = kind.children
            return TrinoType("decimal", (precision, scale))
        case "list" | "array":
            return _holding("array", kind.children[:1])
        case "map":
            return _holding("map", kind.children)
        case "struct":
            parts = [(name, trino_type(part)) for name, part in kind.children]
            fields = tuple(
                Field(name or None, part) for name, part in parts if part is not None
            )
            return TrinoType("row", (), (), fields) if len(fields) == len(parts) else None
    if str(kind) == "JSON":
        return TrinoType("json")
    name = _SIMPLE.get(kind.id)
    return None if name is None else TrinoType.parse(name)


def _holding(base: str, children: Sequence[tuple[str, Any]]) -> TrinoType | None:
    items = [trino_type(part) for _, part in children]
    known = tuple(item for item in items if item is not None)
    return TrinoType(base, (), known) if len(known) == len(items) else None


def relation(
    connection: DuckDBPyConnection,
    source: str,
    retyped: Mapping[str, TrinoType | None] = MappingProxyType({}),
) -> Relation:
    """A FROM item of DuckDB's as a relation with Trino types.

    As in Trino's connectors, a column of a type that Trino does not know is not there.
    `retyped` are columns whose type is known better; None leaves one out.
    """
    connection.execute(f"SELECT * FROM {source} LIMIT 0")  # noqa: S608 - made of quoted names
    columns, items, is_plain = [], [], True
    for name, found, *_ in connection.description or ():
        kind = retyped[name] if name in retyped else trino_type(found)
        if kind is None or not supported(kind):
            is_plain = False
            continue
        wanted = duck(kind)
        is_same = wanted.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE") == str(found)
        is_plain = is_plain and is_same
        items.append(
            quote(name) if is_same else f"CAST({quote(name)} AS {wanted}) AS {quote(name)}"
        )
        columns.append(Column(name.lower(), kind))
    if not is_plain:
        source = f"(SELECT {', '.join(items) or 'NULL'} FROM {source})"  # noqa: S608
    return Relation(source, tuple(columns))
