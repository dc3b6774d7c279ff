"""Routes of the sidebar: the tree page by page, and search over all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_mesh.browsing import kind_of
from jupyter_mesh.errors import InputError, MeshError, NameNotFound
from jupyter_mesh.model.browse import column_id, table_id
from jupyter_mesh.model.names import PLAIN, ProductName, TableName, quote, split_name
from jupyter_mesh.model.quality import Outcome
from jupyter_mesh.server.route import Asked, Route, listing, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jupyter_mesh.mesh import Mesh
    from jupyter_mesh.model.contract import Column
    from jupyter_mesh.model.runs import Release
    from jupyter_mesh.server.visit import Visit

Item = dict[str, Any]
_MORE = 10
_WORST = (Outcome.FAILED, Outcome.NOT_EVALUATED, Outcome.WARNED, Outcome.PASSED)


def tree(visit: Visit) -> Item:
    """One page of what stands below a place in the tree."""
    visit.house.index.wanted()
    kind, _colon, name = visit["parent"].partition(":")
    if kind not in _BELOW or (name == "") != (kind in _TOP):
        raise NameNotFound("place in the tree", visit["parent"], ["products", "catalogs"])
    names = _seen(visit, kind, name, _BELOW[kind](visit.mesh, name))
    start = visit["offset"]
    page = names[start : start + visit["limit"]]
    return {"items": _SHOWN[kind](visit.mesh, name, page), "total": len(names)}


def search(visit: Visit) -> Item:
    """The best hits by name, column, comment or tag."""
    visit.house.index.wanted(wait=True)
    names, limit = visit.mesh.parts.home.names, visit["limit"]
    # Where some are left out, more are looked at.
    most = limit if visit.sight.may_see is None else limit * _MORE
    hits = [hit for hit in names.search(visit["q"], most) if visit.sight.shows(hit.id)]
    return {"items": hits[:limit]}


def _seen(visit: Visit, kind: str, name: str, below: Sequence[Any]) -> Sequence[Any]:
    """What of that stands below a place is for this visitor to see."""
    sight = visit.sight
    if sight.may_see is None:
        return below
    if kind == "products":
        products = visit.mesh.parts.products.names()
        return sorted({one.domain for one in products if sight.sees(str(one))})
    prefixes = {"domain": f"{name}/", "catalogs": ""}
    prefixes |= {"catalog": f"{name}.", "schema": f"{name}."}
    return sight.among(below, prefixes[kind]) if kind in prefixes else below


# -- what stands below: names alone, of which only one page is looked at -----------------------


def _groups(_mesh: Mesh, _name: str) -> Sequence[str]:
    return ("products", "catalogs")


def _domains(mesh: Mesh, _name: str) -> Sequence[str]:
    return sorted({name.domain for name in mesh.parts.products.names()})


def _products(mesh: Mesh, domain: str) -> Sequence[str]:
    names = mesh.parts.products.names()
    found = [name.product for name in names if name.domain == domain]
    if not found:
        raise NameNotFound("domain", domain, {name.domain for name in names})
    return found


def _ports(mesh: Mesh, name: str) -> Sequence[str]:
    product = mesh.parts.products.product(ProductName.parse(name))
    return [output.name for output in product.outputs]


def _port_columns(mesh: Mesh, name: str) -> Sequence[Column]:
    product, _slash, port = name.rpartition("/")
    return mesh.parts.products.product(ProductName.parse(product)).output(port).contract.columns


def _catalogs(mesh: Mesh, _name: str) -> Sequence[str]:
    return mesh.parts.engine().catalogs()


def _schemas(mesh: Mesh, name: str) -> Sequence[str]:
    return mesh.parts.engine().schemas(_one(name, 1)[0], mesh.session)


def _tables(mesh: Mesh, name: str) -> Sequence[str]:
    catalog, schema = _one(name, 2)
    return mesh.parts.engine().tables(catalog, schema, mesh.session)


def _columns(mesh: Mesh, name: str) -> Sequence[Column]:
    return mesh.parts.engine().describe(TableName.parse(name), mesh.session)


def _one(name: str, parts: int) -> tuple[str, ...]:
    found = split_name(name)
    if len(found) != parts:
        raise InputError(f"{name!r} has {len(found)} of {parts} parts.")
    return found


# -- how it is shown ---------------------------------------------------------------------------


def _item(place: str, label: str, kind: str, **more: Any) -> Item:  # noqa: ANN401
    plain = {"type": "", "comment": "", "detail": {}, "leaf": False}
    return {"id": place, "label": label, "kind": kind, **plain, **more}


def _show_groups(_mesh: Mesh, _name: str, page: Sequence[str]) -> list[Item]:
    return [_item(group, group.capitalize(), "group") for group in page]


def _show_domains(_mesh: Mesh, _name: str, page: Sequence[str]) -> list[Item]:
    return [_item(f"domain:{domain}", domain, "domain") for domain in page]


def _show_products(mesh: Mesh, domain: str, page: Sequence[str]) -> list[Item]:
    return [_product(mesh, ProductName(domain, product)) for product in page]


def _product(mesh: Mesh, name: ProductName) -> Item:
    release = mesh.parts.home.latest(name)
    detail = {"version": str(release.version) if release else "", "check": worst(release)}
    place = f"product:{name}"
    try:
        product = mesh.parts.products.product(name)
    except MeshError as error:
        # One product's files are nonsense; the others are still to be seen.
        fault = {"owner": "", "error": error.details()}
        # A row has no room for where the mesh lies.
        said = error.message.replace(f"{mesh.parts.settings.products / name.domain}/", "")
        return _item(place, name.product, "product", comment=said, detail=detail | fault)
    detail["owner"] = product.owner
    return _item(
        place,
        name.product,
        "product",
        type=detail["version"] or "not released",
        comment=product.description,
        detail=detail,
    )


def worst(release: Release | None) -> str:
    """The gravest outcome among a release's checks; empty where nothing was checked."""
    found = {check.outcome for check in release.checks} if release else set()
    return next((outcome.value for outcome in _WORST if outcome in found), "")


def _show_ports(mesh: Mesh, name: str, page: Sequence[str]) -> list[Item]:
    product = mesh.parts.products.product(ProductName.parse(name))
    return [
        _item(
            f"port:{name}/{port}",
            port,
            "port",
            type=str(product.output(port).table),
            comment=product.output(port).description,
            detail={"table": str(product.output(port).table)},
        )
        for port in page
    ]


def _show_port_columns(mesh: Mesh, name: str, page: Sequence[Column]) -> list[Item]:
    product, _slash, port = name.rpartition("/")
    output = mesh.parts.products.product(ProductName.parse(product)).output(port)
    return _shown_columns(str(output.table), page)


def _show_catalogs(mesh: Mesh, _name: str, page: Sequence[str]) -> list[Item]:
    return [
        _item(f"catalog:{name}", name, "catalog", type=kind_of(mesh.parts, name))
        for name in page
    ]


def _show_schemas(_mesh: Mesh, catalog: str, page: Sequence[str]) -> list[Item]:
    return [_item(f"schema:{catalog}.{_spelled(name)}", name, "schema") for name in page]


def _show_tables(mesh: Mesh, schema: str, page: Sequence[str]) -> list[Item]:
    catalog, name = _one(schema, 2)
    places = {table: table_id(TableName(catalog, name, table)) for table in page}
    known = mesh.parts.home.names.listed(list(places.values())) if mesh.parts.lakes else {}
    served = _served(mesh, name)
    lake = mesh.parts.lakes.get(catalog)
    views = set(lake.views.names(name, mesh.session.branch)) if lake is not None else set()
    items = []
    for table, place in places.items():
        found = known.get(place)
        detail = {"tags": list(found.tags), "changed": found.changed} if found else {}
        comment = served.get(place) or (found.comment if found else "")
        kind = "view" if table in views else ""
        items.append(_item(place, table, "table", type=kind, comment=comment, detail=detail))
    return items


def _served(mesh: Mesh, schema: str) -> dict[str, str]:
    """What products say of the tables that they serve in a schema, by the tables' ids."""
    told: dict[str, str] = {}
    for name in mesh.parts.products.names():
        if name.schema == schema:
            try:
                product = mesh.parts.products.product(name)
            except MeshError:
                # Its files are nonsense, which its own row tells.
                continue
            told |= {table_id(output.table): output.description for output in product.outputs}
    return told


def _show_columns(_mesh: Mesh, table: str, page: Sequence[Column]) -> list[Item]:
    return _shown_columns(str(TableName.parse(table)), page)


def _shown_columns(table: str, page: Sequence[Column]) -> list[Item]:
    return [
        _item(
            column_id(table, column.name),
            column.name,
            "column",
            type=str(column.type),
            comment=column.description,
            detail={"required": column.required, "tags": list(column.tags)},
            leaf=True,
        )
        for column in page
    ]


def _spelled(name: str) -> str:
    return name if PLAIN.match(name) else quote(name)


_TOP = frozenset({"", "products", "catalogs"})
_BELOW: dict[str, Callable[[Mesh, str], Sequence[Any]]] = {
    "": _groups,
    "products": _domains,
    "domain": _products,
    "product": _ports,
    "port": _port_columns,
    "catalogs": _catalogs,
    "catalog": _schemas,
    "schema": _tables,
    "table": _columns,
}
_SHOWN: dict[str, Callable[[Mesh, str, Sequence[Any]], list[Item]]] = {
    "": _show_groups,
    "products": _show_domains,
    "domain": _show_products,
    "product": _show_ports,
    "port": _show_port_columns,
    "catalogs": _show_catalogs,
    "catalog": _show_schemas,
    "schema": _show_tables,
    "table": _show_columns,
}
_TEXT = {"type": "string"}
_ITEM = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "label", "kind", "type", "comment"), _TEXT),
        "detail": {"type": "object"},
        "leaf": {"type": "boolean"},
    },
    "required": ["id", "label", "kind", "type", "comment", "detail", "leaf"],
}
_HIT = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "label", "kind", "path", "comment"), _TEXT),
        "score": {"type": "number"},
    },
    "required": ["id", "label", "kind", "path", "comment", "score"],
}
_QUESTION = {"type": "string", "minLength": 1, "maxLength": 200}
ROUTES = (
    Route(
        "GET",
        "tree",
        "One page of what stands below a place in the tree.",
        tree,
        (
            Asked(
                "parent",
                "The id of the place, empty for the top.",
                {"type": "string", "maxLength": 2000, "default": ""},
            ),
            Asked("offset", "How many to pass over.", number(0, 0, 10_000_000)),
            Asked("limit", "How many to show.", number(200, 1, 1000)),
        ),
        listing(_ITEM, total={"type": "integer"}),
    ),
    Route(
        "GET",
        "search",
        "What is found by name, column, comment or tag.",
        search,
        (
            Asked("q", "A few words, or their beginnings.", _QUESTION, required=True),
            Asked("limit", "How many at most.", number(50, 1, 200)),
        ),
        listing(_HIT),
    ),
)
