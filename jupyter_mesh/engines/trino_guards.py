"""What Trino would destroy that branches and releases share, and our layer prevents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mesh.errors import AccessDenied, QueryError
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
            "Of views in a lake only CREATE VIEW and DROP VIEW are known.",
            remedy="Write CREATE OR REPLACE VIEW, or make a table: CREATE TABLE ... AS SELECT.",
        )


def renames(statement: Statement) -> bool:
    """Whether it gives a table another name."""
    return statement.kind == "alter" and statement.tree.texts[:2] == ("RENAME", "TO")


_REMEDY = "mesh gc removes what nothing needs any more, on every engine."


def dangers(server: Server, lakes: Mapping[str, Catalog]) -> Iterator[Condition]:
    """Say which lakes the server would let anybody change past the mesh, without doing it."""
    for name, lake in lakes.items():
        # Of a schema that is there nothing is made; the server asks for the right all the same.
        for schema in list(lake.schemas())[:1]:
            place = f"{quote(server.name_of(name))}.{quote(schema)}"
            try:
                server.rows(f"CREATE SCHEMA IF NOT EXISTS {place}")
            except AccessDenied:
                continue
            yield _danger(name)


def _danger(catalog: str) -> Condition:
    return Condition(
        "engine trino",
        Health.DOUBTFUL,
        f"whoever asks the server itself may drop tables of {catalog} that releases need",
        "Give it the rules that mesh trino config writes; statements of the mesh are guarded.",
    )
