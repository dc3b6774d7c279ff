"""What Trino would destroy that branches and releases share, and our layer prevents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import QueryError
from jupyter_mesh.model.health import Condition, Health
from jupyter_mesh.model.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_mesh.engines.trino_server import Server
    from jupyter_mesh.protocols import Catalog
    from jupyter_mesh.sql.statement import Statement

_WHY = "It may remove files that branches and releases still need."


def check(statement: Statement, lakes: Mapping[str, Catalog]) -> None:
    """Refuse what would remove files of a lake behind the mesh's back."""
    table = statement.writes[0] if statement.writes else None
    if statement.kind == "call":
        raise QueryError(f"Procedures are not called through the mesh. {_WHY}", remedy=_REMEDY)
    if table is None or table.catalog not in lakes:
        return
    if statement.kind == "alter" and statement.tree.texts[:1] == ("EXECUTE",):
        raise QueryError(f"ALTER TABLE ... EXECUTE is not passed on. {_WHY}", remedy=_REMEDY)
    if statement.kind == "view":
        raise QueryError(
            "A view made here would die with its branch.",
            remedy="Write the query where it is used, or make it a port of a product.",
        )


_REMEDY = "mesh gc removes what nothing needs any more, on every engine."
# Each is asked about by a statement that cannot do anything: it names what is not there.
_PROBES = {
    "DROP TABLE": "DROP TABLE {catalog}.{schema}.{table}",
}


def dangers(server: Server, lakes: Mapping[str, Catalog]) -> Iterator[Condition]:
    """Say what the server would still let anybody do to a lake's tables, without doing it."""
    for name in lakes:
        place = quote(server.name_of(name))
        for what, sql in _PROBES.items():
            text = sql.format(
                catalog=place, schema=quote("mesh_doctor"), table=quote("is_not_there")
            )
            try:
                server.rows(text)
            except QueryError as error:
                # Refused for its name means that nobody was asked for the right.
                if "does not exist" in error.message or "not found" in error.message:
                    yield _danger(name, what)
                continue
            except Exception as error:
                if "enied" not in str(error):
                    raise


def _danger(catalog: str, what: str) -> Condition:
    return Condition(
        "engine trino",
        Health.DOUBTFUL,
        f"the server would let anybody's {what} remove files of {catalog} that releases need",
        "Give it the rules that mesh trino config writes; statements of the mesh are guarded.",
    )
