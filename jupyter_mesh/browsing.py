"""Browsing: what stands below a name, and what one table, product or release is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import NameNotFound
from jupyter_mesh.model.browse import Description, Entry
from jupyter_mesh.model.names import ProductName, TableName, split_name
from jupyter_mesh.model.versions import ReleaseRef
from jupyter_mesh.settings import (
    FilesSettings,
    IcebergSettings,
    PostgresqlSettings,
    RestSettings,
    SqliteSettings,
)

if TYPE_CHECKING:
    from jupyter_mesh.model.tables import Session
    from jupyter_mesh.parts import Parts


def browse(parts: Parts, session: Session, prefix: str) -> list[Entry]:
    """One level below a name: catalogs and products at the top, then schemas, tables, columns.

    NameNotFound offers the nearest names when there is no such thing.
    """
    if not prefix.strip():
        return _catalogs(parts) + _products(parts)
    if "/" in prefix:
        return _below_product(parts, prefix)
    engine = parts.engine()
    names = split_name(prefix.strip().removesuffix("."))
    if len(names) == 1:
        schemas = engine.schemas(names[0], session)
        return [Entry(f"{names[0]}.{schema}", "schema") for schema in schemas]
    if len(names) == 2:
        tables = engine.tables(names[0], names[1], session)
        return [Entry(str(TableName(names[0], names[1], table)), "table") for table in tables]
    columns = engine.describe(TableName.parse(prefix), session)
    return [Entry(c.name, "column", str(c.type), c.description) for c in columns]


def describe(parts: Parts, session: Session, name: str) -> Description:
    """A table with its columns and facts, a product with its ports, or a release with both."""
    # Only a table's name is ever quoted, and then it may hold any sign.
    if "@" in name and '"' not in name:
        return _release(parts, ReleaseRef.parse(name))
    if "/" in name and '"' not in name:
        return _product(parts, ProductName.parse(name))
    table = TableName.parse(name)
    columns = parts.engine().describe(table, session)
    facts: dict[str, object] = {"catalog": kind_of(parts, table.catalog)}
    lake = parts.lakes.get(table.catalog)
    view = lake.views.find(table, session.branch) if lake is not None else None
    if view is not None:
        facts |= {"view": view.sql, "description": view.comment or None}
    elif table.catalog in parts.lakes:
        snapshot = parts.lakes[table.catalog].snapshot(table, session.branch, session.as_of)
        facts |= {
            "rows": snapshot.rows,
            "snapshot": snapshot.snapshot_id,
            "changed": snapshot.committed,
            "metadata": snapshot.metadata_location,
        }
    return Description(str(table), "table", columns, facts=facts)


def _catalogs(parts: Parts) -> list[Entry]:
    return [Entry(name, "catalog", kind_of(parts, name)) for name in parts.engine().catalogs()]


def kind_of(parts: Parts, catalog: str) -> str:
    """What a catalog is: iceberg, sqlite, postgresql, files, or the engine that has it."""
    match parts.settings.catalogs.get(catalog):
        case IcebergSettings() | RestSettings():
            return "iceberg"
        case SqliteSettings():
            return "sqlite"
        case FilesSettings():
            return "files"
        case PostgresqlSettings():
            return "postgresql"
    return parts.engine().name


def _products(parts: Parts, domain: str = "") -> list[Entry]:
    entries = []
    for name in parts.products.names():
        if not domain or name.domain == domain:
            release = parts.home.latest(name)
            version = str(release.version) if release else "not released"
            description = parts.products.product(name).description
            entries.append(Entry(str(name), "product", version, description))
    return entries


def _below_product(parts: Parts, prefix: str) -> list[Entry]:
    domain, _, rest = prefix.strip().partition("/")
    if rest:
        product = parts.products.product(ProductName.parse(prefix))
        return [
            Entry(str(output.table), "table", output.name, output.description)
            for output in product.outputs
        ]
    found = _products(parts, domain)
    if not found:
        domains = {name.domain for name in parts.products.names()}
        raise NameNotFound("domain", domain, domains)
    return found


def _product(parts: Parts, name: ProductName) -> Description:
    product = parts.products.product(name)
    release = parts.home.latest(name)
    facts = {
        "owner": product.owner,
        "description": product.description,
        "version": str(release.version) if release else "not released",
        "notebook": product.notebook,
        "reads": ", ".join(str(port.table) for port in product.inputs),
    }
    entries = tuple(
        Entry(str(output.table), "table", output.name, output.description)
        for output in product.outputs
    )
    return Description(str(name), "product", entries=entries, facts=facts)


def _release(parts: Parts, ref: ReleaseRef) -> Description:
    release = parts.home.release(ref)
    entries = tuple(
        Entry(str(output.snapshot.table), "table", output.port, f"{output.snapshot.rows} rows")
        for output in release.outputs
    )
    facts = {
        "state": release.state.value,
        "created": release.created,
        "actor": str(release.actor),
        "reason": release.reason,
        "digest": release.digest,
        "inputs": ", ".join(str(pin.table) for pin in release.inputs),
    }
    name = f"{release.product}@{release.version}"
    return Description(name, "release", entries=entries, facts=facts)
