"""Values for a statement's `:name`s, taken from the notebook's variables."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from jupyter_mesh.errors import InputError, NameNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyter_mesh.model.tables import Session

_MAYBE = re.compile(r":\s*[A-Za-z_]")
_SCALARS = (bool, int, float, str, bytes, Decimal, datetime, date, time, UUID)
# numpy's kinds that turn into one of the above without a loss.
_KINDS = frozenset("biufSU")


def bound(sql: str, variables: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The value of each parameter of the statement, by name; names resolve as in the session.

    Raises NameNotFound for a name without a variable and InputError for a variable that is no
    single value; StatementInvalid when the statement cannot be read.
    """
    if not _MAYBE.search(sql):
        return {}
    from jupyter_mesh.sql.reading import parse

    statement = parse(sql, catalog=session.catalog, schema=session.schema)
    return {name: _value(name, variables) for name in statement.parameters}


def _value(name: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a bound value
    if name not in variables:
        known = [key for key in variables if not key.startswith("_")]
        raise NameNotFound(
            "variable for the parameter",
            f":{name}",
            known,
            remedy=f"Set it first: {name} = ...",
        )
    value = _unwrapped(variables[name])
    if value is None or isinstance(value, _SCALARS):
        return value
    raise InputError(
        f":{name} is a {type(variables[name]).__name__}, which is not a single value.",
        remedy="Bind numbers, text, truth values, bytes, dates, times, decimals or None.",
    )


def _unwrapped(value: Any) -> Any:  # noqa: ANN401 - any variable
    """A scalar of numpy or pandas as the Python value it stands for; None for a missing one."""
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in _KINDS and getattr(value, "ndim", 1) == 0:
        return value.item()
    return value
