"""Schemas' properties, and tables that get another name: rows that only clients ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from jupyter_mesh.catalog import rows
from jupyter_mesh.catalog.pointers import PointerChange
from jupyter_mesh.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jupyter_mesh.catalog.pointers import Pointers
    from jupyter_mesh.model.names import TableName

_SPACES = rows.ICEBERG_NAMESPACES
# The row that makes a schema; it is nobody's property.
_MARK = "exists"
_LONGEST_KEY, _LONGEST_VALUE = 255, 1000


def properties(pointers: Pointers, schema: str, branch: str = "") -> dict[str, str]:
    """What was noted of a schema."""
    statement = select(_SPACES.c.property_key, _SPACES.c.property_value).where(
        _SPACES.c.catalog_name == pointers.scope(branch),
        _SPACES.c.namespace == schema,
        _SPACES.c.property_key != _MARK,
    )
    with pointers.database.reading() as connection:
        return {row.property_key: row.property_value for row in connection.execute(statement)}


def set_properties(
    pointers: Pointers,
    schema: str,
    branch: str,
    updates: Mapping[str, str],
    removals: Collection[str] = (),
) -> None:
    """Note some things of a schema and forget others, all at once."""
    for key, value in updates.items():
        if key == _MARK or len(key) > _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            raise InputError(f"A schema cannot keep the property {key[:_LONGEST_KEY]!r}.")
    gone = {*updates, *removals} - {_MARK}
    with pointers.database.writing(durable=not branch) as connection:
        pointers.check_open(connection, branch)
        pointers.ensure_schema(connection, schema, branch)
        connection.execute(
            delete(_SPACES).where(
                _SPACES.c.catalog_name == pointers.scope(branch),
                _SPACES.c.namespace == schema,
                _SPACES.c.property_key.in_(gone),
            )
        )
        for key, value in updates.items():
            connection.execute(
                _SPACES.insert().values(
                    catalog_name=pointers.scope(branch),
                    namespace=schema,
                    property_key=key,
                    property_value=value,
                )
            )


def rename(pointers: Pointers, table: TableName, new: TableName, branch: str = "") -> None:
    """Give a table another name; its files stay where they are.

    Raises NameNotFound when it is not there, ConflictError when the new name is taken or a
    release serves the table.
    """
    pointers.check_catalog(new)
    with pointers.database.writing(durable=not branch) as connection:
        pointers.check_open(connection, branch)
        base = pointers.find(connection, table, branch)
        if base is not None:
            step = PointerChange(new, None, base)
            if not branch:
                pointers.check_unserved(connection, table)
                pointers.check_unserved(connection, new)
            pointers.remove(connection, table, branch, base)
            pointers.step(connection, branch, step)
            if not branch:
                pointers.note(connection, step, datetime.now(UTC))
    if base is None:
        raise pointers.missing(table, branch)
