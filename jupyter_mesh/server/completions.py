"""Route of completion: what may stand at a place of a statement, while the kernel is busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.browsing import kind_of
from jupyter_mesh.errors import MeshError
from jupyter_mesh.model.names import PLAIN, TableName, quote, split_name
from jupyter_mesh.server.route import Asked, Route, listing
from jupyter_mesh.sql.completion import Wanted, functions, keywords, wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.server.sight import Sight
    from jupyter_mesh.server.visit import Visit

Option = tuple[str, str, str]
_MOST = 200


def completions(visit: Visit) -> dict[str, Any]:
    """What begins as typed, nearest first: columns, then functions, then words."""
    place = wanted(visit["text"], visit["line"], visit["column"])
    items = []
    typed = place.fragment.lower()
    for text, kind, detail in dict.fromkeys(_options(visit, place)):
        if text.lower().startswith(typed):
            items.append({"text": text, "kind": kind, "detail": detail})
            if len(items) == _MOST:
                break
    return {"items": items}


def _options(visit: Visit, place: Wanted) -> Iterator[Option]:
    mesh, sight = visit.mesh, visit.sight
    if place.is_nothing:
        return
    if "/" in place.fragment:
        yield from (one for one in _releases(mesh) if sight.sees(one[0]))
    elif place.is_table:
        yield from _names(mesh, sight, place.prefix)
    else:
        for table, alias in place.tables:
            yield from _columns(mesh, sight, table, alias)
        if place.fragment and "." not in place.fragment:
            yield from ((name, "function", "") for name in functions())
            yield from ((word, "keyword", "") for word in sorted(keywords()))


def _releases(mesh: Mesh) -> Iterator[Option]:
    for release in mesh.parts.home.current():
        ref = f"{release.product}@{release.version}"
        yield ref, "release", release.state.value


def _names(mesh: Mesh, sight: Sight, prefix: str) -> Iterator[Option]:
    """One level of the catalog, below what stands before the last dot."""
    engine, home = mesh.parts.engine(), mesh.session.catalog
    try:
        parts = split_name(prefix) if prefix else ()
        if not parts:
            for name in sight.among(engine.catalogs()):
                yield name, "catalog", kind_of(mesh.parts, name)
            near = engine.schemas(home, mesh.session)
            yield from ((_spelled(s), "schema", home) for s in sight.among(near, f"{home}."))
        elif len(parts) == 1 and parts[0] in engine.catalogs():
            found = engine.schemas(parts[0], mesh.session)
            for schema in sight.among(found, f"{parts[0]}."):
                yield f"{prefix}.{_spelled(schema)}", "schema", parts[0]
        elif len(parts) <= 2:
            catalog, schema = parts if len(parts) == 2 else (home, parts[0])
            above = f"{_spelled(catalog)}.{_spelled(schema)}."
            for table in sight.among(engine.tables(catalog, schema, mesh.session), above):
                yield f"{prefix}.{_spelled(table)}", "table", f"{catalog}.{schema}"
    except MeshError:
        # Half a name is no error while it is typed; the statement tells it when it is run.
        return


def _columns(mesh: Mesh, sight: Sight, table: str, alias: str) -> Iterator[Option]:
    try:
        parts = split_name(table)
        full = TableName(*((mesh.session.catalog,)[: 3 - len(parts)] + parts))
        columns = mesh.parts.engine().describe(full, mesh.session)
        if not sight.sees(str(full)):
            return
    except (MeshError, TypeError):
        # No table yet, or one that the statement itself names in a WITH.
        return
    label = alias or _spelled(parts[-1])
    for column in columns:
        name = _spelled(column.name)
        yield name, "column", str(column.type)
        yield f"{label}.{name}", "column", str(column.type)


def _spelled(name: str) -> str:
    return name if PLAIN.match(name) else quote(name)


_ITEM = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("text", "kind", "detail")},
    "required": ["text", "kind", "detail"],
}
_PLACE = {"type": "integer", "minimum": 0, "maximum": 10_000_000}
ROUTES = (
    Route(
        "GET",
        "completions",
        "What may stand at a place of a statement.",
        completions,
        (
            Asked(
                "text", "The statement.", {"type": "string", "maxLength": 20_000}, required=True
            ),
            Asked("line", "The line of the cursor, from 0.", _PLACE, required=True),
            Asked("column", "The column of the cursor, from 0.", _PLACE, required=True),
        ),
        listing(_ITEM),
    ),
)
