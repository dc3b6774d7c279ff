"""One round of listing: what there is, held against what the search index lists."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING

from jupyter_mesh.errors import MeshError
from jupyter_mesh.model.browse import Listed, table_id
from jupyter_mesh.model.names import PLAIN, ProductName, TableName, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jupyter_mesh.catalog.lake import Lake
    from jupyter_mesh.catalog.names import Names
    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.contract import Column

_LOG = logging.getLogger(__name__)
_AT_ONCE = 100
# A source does not tell what has changed in it, so its columns are read again after a while.
_SOURCE_SECONDS = 3600
_PRODUCTS = ""


@dataclass(frozen=True)
class Lister:
    """Brings the index of a mesh up to date, as long as `goes_on` says so."""

    mesh: Mesh
    goes_on: Callable[[], bool] = lambda: True

    @property
    def names(self) -> Names:
        """The index."""
        return self.mesh.parts.home.names

    def refresh(self) -> int:
        """Look once at everything; how many entries were written or removed.

        A catalog that cannot be reached keeps what is listed of it.
        """
        catalogs = self.mesh.parts.engine().catalogs()
        changes = self._products()
        for owner in set(self.names.owners()) - {_PRODUCTS, *catalogs}:
            changes += self._settle(owner, {}, _unread)
        for catalog in catalogs:
            try:
                changes += self._catalog(catalog)
            except MeshError as error:
                _LOG.info("%s could not be listed: %s", catalog, error.message)
        return changes

    # -- catalogs ----------------------------------------------------------------------------

    def _catalog(self, catalog: str) -> int:
        lake = self.mesh.parts.lakes.get(catalog)
        if lake is not None:
            views = lake.views.standing()
            return self._settle(
                catalog,
                lake.standing() | views,
                lambda t, mark: (
                    _of_view(lake, t, mark) if t in views else _of_lake(lake, t, mark)
                ),
            )
        engine, session = self.mesh.parts.engine(), self.mesh.session
        mark = f"seen {int(time() // _SOURCE_SECONDS)}"
        found = {
            TableName(catalog, schema, table): mark
            for schema in engine.schemas(catalog, session)
            for table in engine.tables(catalog, schema, session)
        }
        return self._settle(catalog, found, self._of_source)

    def _settle(
        self,
        catalog: str,
        tables: Mapping[TableName, str],
        read: Callable[[TableName, str], Listed],
    ) -> int:
        """Make the index list exactly these tables, each read anew when its mark is another."""
        known = self.names.revisions(catalog)
        wanted = {table_id(table): (table, mark) for table, mark in tables.items()}
        schemas = {_schema_id(catalog, table.schema): table.schema for table in tables}
        gone = [place for place in known if place not in wanted and place not in schemas]
        self.names.drop(gone)
        fresh = [_of_schema(catalog, place, schemas[place]) for place in schemas.keys() - known]
        new = [table for place, (table, _mark) in wanted.items() if place not in known]
        if len(new) > _AT_ONCE:
            # Names can be found at once; reading every table's columns takes a while.
            fresh += [_unread(table, "") for table in new]
        self.names.put(fresh)
        stale = [pair for place, pair in wanted.items() if known.get(place) != pair[1]]
        for some in _chunks(stale):
            if not self.goes_on():
                break
            self.names.put([read(table, mark) for table, mark in some])
        return len(gone) + len(fresh) + len(stale)

    def _of_source(self, table: TableName, mark: str) -> Listed:
        try:
            columns = self.mesh.parts.engine().describe(table, self.mesh.session)
        except MeshError:
            # It may be gone by now, or be of no type that we know: its name can still be found.
            return _unread(table, mark)
        return _entry(table, mark, columns)

    # -- products ----------------------------------------------------------------------------

    def _products(self) -> int:
        known = self.names.revisions(_PRODUCTS)
        products = self.mesh.parts.products
        marks = {name: self._mark(name) for name in products.names()}
        changes = 0
        for name, mark in marks.items():
            if known.get(f"product:{name}") != mark:
                entries = self._of_product(name, mark)
                places = {entry.id for entry in entries}
                below = f"port:{name}/"
                self.names.drop(p for p in known if p.startswith(below) and p not in places)
                self.names.put(entries)
                changes += len(entries)
        gone = [place for place in known if _product_of(place) not in set(map(str, marks))]
        self.names.drop(gone)
        return changes + len(gone)

    def _mark(self, name: ProductName) -> str:
        """What changes when any of a product's files does."""
        folder = self.mesh.parts.settings.products / name.domain / name.product
        files = sorted([*folder.glob("*.yaml"), *folder.glob("contracts/*.yaml")])
        states = []
        for file in files:
            try:
                state = file.stat()
            except OSError:
                # It was removed a moment ago: the next round sees the rest.
                continue
            states.append(f"{file.name} {state.st_mtime_ns} {state.st_size}")
        return "\n".join(states)

    def _of_product(self, name: ProductName, mark: str) -> list[Listed]:
        place = f"product:{name}"
        try:
            product = self.mesh.parts.products.product(name)
        except MeshError as error:
            return [
                Listed(
                    place,
                    "product",
                    name.product,
                    path=name.domain,
                    comment=error.message,
                    revision=mark,
                )
            ]
        entries = [
            Listed(
                place,
                "product",
                name.product,
                path=name.domain,
                comment=product.description,
                tags=tuple(filter(None, (product.owner, product.status))),
                revision=mark,
            )
        ]
        for output in product.outputs:
            columns = output.contract.columns
            entries.append(
                Listed(
                    f"port:{name}/{output.name}",
                    "port",
                    output.name,
                    path=str(name),
                    comment=output.description,
                    tags=_tags(columns),
                    table=str(output.table),
                    columns=_columns(columns),
                    revision=mark,
                )
            )
        return entries


def _of_view(lake: Lake, view: TableName, mark: str) -> Listed:
    try:
        found = lake.views.find(view)
    except MeshError as error:
        _LOG.info("%s could not be read: %s", view, error.message)
        found = None
    return _entry(view, mark, found.columns) if found else _unread(view, mark)


def _of_lake(lake: Lake, table: TableName, location: str) -> Listed:
    try:
        snapshot = lake.files.state(table, location)
    except MeshError as error:
        # A table whose metadata cannot be read is still a name; fsck tells what is wrong.
        _LOG.info("%s could not be read: %s", table, error.message)
        return _unread(table, location)
    changed = snapshot.committed.isoformat() if snapshot.committed else ""
    return _entry(table, location, snapshot.columns, changed)


def _entry(
    table: TableName, mark: str, columns: Sequence[Column] = (), changed: str = ""
) -> Listed:
    return Listed(
        table_id(table),
        "table",
        table.table,
        table.catalog,
        f"{table.catalog}.{table.schema}",
        tags=_tags(columns),
        table=str(table),
        columns=_columns(columns),
        revision=mark,
        changed=changed,
    )


def _unread(table: TableName, mark: str) -> Listed:
    return _entry(table, mark)


def _of_schema(catalog: str, place: str, schema: str) -> Listed:
    return Listed(place, "schema", schema, catalog, catalog, revision="schema")


def _schema_id(catalog: str, schema: str) -> str:
    return f"schema:{catalog}.{schema if PLAIN.match(schema) else quote(schema)}"


def _product_of(place: str) -> str:
    name = place.partition(":")[2]
    return "/".join(name.split("/")[:2])


def _columns(columns: Iterable[Column]) -> tuple[tuple[str, str, str], ...]:
    return tuple((column.name, str(column.type), column.description) for column in columns)


def _tags(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for column in columns for tag in column.tags))


def _chunks(
    pairs: Sequence[tuple[TableName, str]],
) -> Iterable[Sequence[tuple[TableName, str]]]:
    for start in range(0, len(pairs), _AT_ONCE):
        yield pairs[start : start + _AT_ONCE]
